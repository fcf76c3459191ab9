//! `surmise explain-report`

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use surmise::program::cnn::ReportArgs;
use surmise::program::{CliError, plot, table, talk};

use super::explain::{settings, stem};
use super::explain_sheet::sheet;
use super::model::read;
use super::splits::name;
use crate::explain::Sign;
use crate::explain::report::{Estimate, Progress, Report, ReportSettings};

pub(super) fn report(args: &ReportArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.method.device)?;
    let settings = ReportSettings {
        reference: args.reference.clone(),
        explained: args.method.class.clone(),
        columns: args.columns.clone(),
        groups: args.groups.into(),
        attribution: settings(&args.method),
    };
    let bar = if io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    let mut observe = |progress: Progress<'_>| match progress {
        Progress::Images(count) => bar.set_length(count as u64),
        Progress::Image => bar.inc(1),
        Progress::LeftOut(error) => {
            talk(format!("left out: {}", table::clean(&error.to_string())));
        }
    };
    let report = Report::make(&model, &args.folder, &args.attributes, settings, &mut observe)?;
    bar.finish_and_clear();
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", to_json(&report))?;
    } else {
        print(&report, args, &mut out)?;
    }
    plot::make_folder(&args.method.out)?;
    let picture = sheet(&report, &args.folder, args.method.outliers)?.draw()?;
    let file = format!("{}-{}-report", stem(&args.model), name(&args.folder));
    for path in plot::write(&picture, &args.method.out, &file)? {
        // Beside JSON, paths are talk.
        if args.json { talk(path.display()) } else { writeln!(out, "{}", path.display())? }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Report, args: &ReportArgs, out: &mut impl Write) -> io::Result<()> {
    let explained = &report.explained;
    let (folder, reference) = (args.folder.display(), &args.reference);
    writeln!(out, "{folder}: attribution to {explained}, by what differs from {reference}")?;
    let values = report.columns.iter().zip(&report.reference).map(|(column, common)| {
        let share = match common.share {
            1.0 => String::new(),
            share => format!(" (of {:.0} %)", 100.0 * share),
        };
        format!("{} {}{share}", table::clean(column), table::clean(&common.value))
    });
    writeln!(out, "{reference}: {}\n", values.collect::<Vec<_>>().join(", "))?;
    let attribution = &report.settings.attribution;
    for (at, &method) in attribution.methods.iter().enumerate() {
        let part = match attribution.sign(method) {
            Sign::Positive => "for",
            Sign::Negative => "against",
            Sign::All | Sign::Absolute => "for or against",
        };
        writeln!(out, "{}: where what speaks {part} {explained} lies", method.name())?;
        writeln!(out, "{}\n", shares(report, at))?;
    }
    if report.others > 0 {
        writeln!(out, "{} images are in smaller groups", report.others)?;
    }
    if report.left_out > 0 {
        writeln!(
            out,
            "{} images are left out, for want of attributes or damaged",
            report.left_out
        )?;
    }
    writeln!(
        out,
        "Percent in each third of the image, ± one standard error; spread evenly it would be 33 each.\n\
         `less`: of where a group's mean map lies below {reference}'s, red in the picture; its error is\n\
         a jackknife's.\n\
         The images are not aligned and no part is outlined in them: this says roughly where the model\n\
         looks, not at what.\n"
    )
}

fn shares(report: &Report, method: usize) -> comfy_table::Table {
    let mut shown = table::new(&[
        "differs in",
        "images",
        "accuracy",
        "top",
        "middle",
        "bottom",
        "less: top",
        "middle",
        "bottom",
    ]);
    for (index, group) in report.groups.iter().enumerate() {
        let name = if index == 0 { format!("({})", group.name) } else { group.name.clone() };
        let none = || ["-", "-", "-"].map(str::to_owned);
        let thirds = group.shares[method].thirds().map_or_else(none, |r| r.map(estimate));
        let less = report.less(method, index).map_or_else(none, |l| l.map(whole));
        let numbers = [group.images.to_string(), format!("{:.3}", group.accuracy())];
        let cells = [table::clean(&name)].into_iter().chain(numbers).chain(thirds).chain(less);
        shown.add_row(cells);
    }
    for column in shown.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    shown
}

fn to_json(report: &Report) -> Value {
    let methods = &report.settings.attribution.methods;
    let reference = report.columns.iter().zip(&report.reference);
    let reference = reference
        .map(|(column, c)| (column.clone(), json!({ "value": c.value, "share": c.share })));
    let groups = report.groups.iter().enumerate().map(|(index, group)| {
        let shares = methods.iter().zip(&group.shares).enumerate();
        let attributions = shares.map(|(at, (method, shares))| {
            let (thirds, less) = (shares.thirds(), report.less(at, index));
            json!({
                "method": method.key(),
                "thirds": thirds.map(|thirds| thirds.map(|(mean, _)| mean)),
                "standard_errors": thirds.map(|thirds| thirds.map(|(_, error)| error)),
                "less": less.map(|less| less.map(|(share, _)| share)),
                "less_standard_errors": less.map(|less| less.map(|(_, error)| error)),
            })
        });
        json!({
            "differs": group.differs,
            "images": group.images,
            "accuracy": group.accuracy(),
            "attributions": attributions.collect::<Vec<_>>(),
        })
    });
    json!({
        "explained": report.explained,
        "reference": { "class": report.settings.reference, "attributes": reference.collect::<Map<_, _>>() },
        "groups": groups.collect::<Vec<_>>(),
        "in_smaller_groups": report.others,
        "left_out": report.left_out,
    })
}

/// In whole percent.
fn whole((share, error): Estimate) -> String {
    match error {
        Some(error) => format!("{:.0} ± {:.0}", 100.0 * share, 100.0 * error),
        None => format!("{:.0}", 100.0 * share),
    }
}

/// In percent.
fn estimate((mean, error): Estimate) -> String {
    match error {
        Some(error) => format!("{:.1} ± {:.1}", 100.0 * mean, 100.0 * error),
        None => format!("{:.1}", 100.0 * mean),
    }
}
