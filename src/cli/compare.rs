//! `surmise compare`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::plot::{CompareData, CompareRun};
use crate::spec::StudySpec;
use crate::trial::Trial;

use super::error::CliError;
use super::{DatabaseArgs, plot};

#[derive(Debug, Args)]
#[command(
    after_help = "Studies that differ only in name and seed are one thing measured several times: they
become one band, median and quartiles, under the part their names share.

Examples:
  surmise compare gp-1 gp-2 gp-3 sobol-1 sobol-2 sobol-3
  surmise compare avatars avatars-random --out figures"
)]
pub(super) struct CompareArgs {
    /// Names of the studies
    #[arg(required = true, num_args = 1.., value_name = "STUDY")]
    studies: Vec<String>,
    /// Folder to write the picture to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
}

pub(super) fn compare(args: &CompareArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut studies: Vec<(StudySpec, Vec<Trial>)> = Vec::new();
    for name in &args.studies {
        if studies.iter().any(|(spec, _)| spec.study == *name) {
            return Err(CliError::user(format!("study `{name}` is named twice")));
        }
        let mut study = database.study(name)?;
        studies.push((study.spec().clone(), study.trials()?));
    }
    let labels = labels(studies.iter().map(|(spec, _)| spec).collect());
    let runs: Vec<CompareRun<'_>> = studies
        .iter()
        .zip(&labels)
        .map(|((spec, trials), label)| CompareRun {
            label,
            metric: &spec.metric,
            direction: spec.direction,
            trials,
        })
        .collect();
    let data = CompareData::new(&runs)?;
    let groups: Vec<&str> = data.groups.iter().map(|group| group.label.as_str()).collect();
    let name = format!("compare-{}", groups.join("-"));
    let mut out = io::stdout().lock();
    write!(out, "{}", data.table())?;
    plot::make_folder(&args.out)?;
    for path in plot::write(&data.draw()?, &args.out, &name)? {
        writeln!(out, "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What each study is shown as: those that differ only in name, seed and budget share a label.
fn labels(specs: Vec<&StudySpec>) -> Vec<String> {
    let alike = |a: &StudySpec, b: &StudySpec| {
        let b = StudySpec { study: a.study.clone(), seed: a.seed, trials: a.trials, ..b.clone() };
        *a == b
    };
    specs
        .iter()
        .map(|spec| {
            let group: Vec<&str> =
                specs.iter().filter(|s| alike(spec, s)).map(|s| s.study.as_str()).collect();
            let shared = common_start(&group).trim_end_matches(['-', '_', '.']);
            if group.len() == 1 || shared.is_empty() {
                group[0].to_owned()
            } else {
                shared.to_owned()
            }
        })
        .collect()
}

/// The text all names start with; digits at its end belong to what differs.
fn common_start<'a>(names: &[&'a str]) -> &'a str {
    let Some((first, rest)) = names.split_first() else { return "" };
    let same = |name: &&str| {
        first.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b).count()
    };
    let count = rest.iter().map(same).min().unwrap_or(first.len());
    let end = first.char_indices().nth(count).map_or(first.len(), |(at, _)| at);
    if rest.is_empty() {
        first
    } else {
        first[..end].trim_end_matches(|c: char| c.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_share_the_start_of_their_names() {
        assert_eq!(common_start(&["gp-10", "gp-11", "gp-2"]), "gp-");
        assert_eq!(common_start(&["avatars", "avatars-2"]), "avatars");
        assert_eq!(common_start(&["a", "b"]), "");
        assert_eq!(common_start(&["alone7"]), "alone7");
    }
}
