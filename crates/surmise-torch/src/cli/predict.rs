//! `surmise predict`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::model::{list, read};
use surmise::program::CliError;
use surmise::program::cnn::PredictArgs;
use surmise::program::{table, talk};

pub(super) fn predict(args: &PredictArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.device)?;
    let files = list(&args.images)?;
    let answers = model.probabilities(&files, &[])?;
    let mut failed = false;
    let mut rows = Vec::new();
    for (file, answer) in files.iter().zip(answers) {
        let probabilities = match answer {
            Ok(probabilities) => probabilities,
            Err(error) => {
                talk(format!("error: {}", table::clean(&error.to_string())));
                failed = true;
                continue;
            }
        };
        let mut classes: Vec<(&String, f64)> = model.classes.iter().zip(probabilities).collect();
        classes.sort_by(|a, b| b.1.total_cmp(&a.1));
        rows.push((file.as_path(), classes));
    }
    let mut out = io::stdout().lock();
    if args.json {
        for (file, classes) in &rows {
            writeln!(out, "{}", to_json(file, classes))?;
        }
    } else if !rows.is_empty() {
        let mut shown = table::new(&["image", "class", "probability", "then"]);
        for (file, classes) in &rows {
            let then = classes[1..].iter().take(usize::from(args.top) - 1);
            let then = then.map(|(class, p)| format!("{} {p:.4}", table::clean(class)));
            shown.add_row([
                table::clean(&file.display().to_string()),
                table::clean(classes[0].0),
                format!("{:.4}", classes[0].1),
                then.collect::<Vec<_>>().join(", "),
            ]);
        }
        writeln!(out, "{shown}")?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn to_json(file: &Path, classes: &[(&String, f64)]) -> Value {
    // A list: names may repeat, as ImageNet's do.
    let all = classes.iter().map(|(class, p)| json!({ "class": class, "probability": p }));
    json!({
        "image": file.to_string_lossy(),
        "class": classes[0].0,
        "probability": classes[0].1,
        "classes": all.collect::<Vec<_>>(),
    })
}
