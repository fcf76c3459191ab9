//! A comparison's final values as text.

use super::super::number::significant;
use super::{CompareData, CompareGroup};

pub(super) fn table(data: &CompareData) -> String {
    let header = ["study", "runs", "trials", "median", "lower quartile", "upper quartile"];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(data.groups.iter().map(|group| {
        let value = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| significant(v, 5));
        let last = group.last;
        [
            group.label.clone(),
            runs_text(group),
            trials_text(group),
            value(last.map(|l| l.median)),
            value(last.map(|l| l.lower)),
            value(last.map(|l| l.upper)),
        ]
    }));
    let length = |text: &String| text.chars().count();
    let widths: [usize; 6] =
        std::array::from_fn(|c| rows.iter().map(|r| length(&r[c])).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        // Names on the left, numbers on the right.
        out.push_str(&format!("{:<width$}", row[0], width = widths[0]));
        for (cell, width) in row.iter().zip(widths).skip(1) {
            out.push_str(&format!("  {cell:>width$}"));
        }
        out.push('\n');
    }
    out
}

/// How many runs have a value, of how many.
pub(super) fn runs_text(group: &CompareGroup) -> String {
    match group.valued {
        valued if valued == group.runs => valued.to_string(),
        valued => format!("{valued} of {}", group.runs),
    }
}

/// Finished trials of the runs.
pub(super) fn trials_text(group: &CompareGroup) -> String {
    match group.trials {
        (fewest, most) if fewest == most => most.to_string(),
        (fewest, most) => format!("{fewest}–{most}"),
    }
}
