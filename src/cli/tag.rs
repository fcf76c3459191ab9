//! `surmise tag`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::store::AnnotationChange;
use crate::trial::TrialNumber;

use super::DatabaseArgs;
use super::error::CliError;

/// Longest tag, in characters.
const LONGEST: usize = 100;

#[derive(Debug, Args)]
#[command(after_help = "A tag is a word to find a study or a trial by. It changes no result.

Examples:
  surmise tag avatars paper thesis
  surmise tag avatars --trial 7 suspicious
  surmise tag avatars --remove thesis
  surmise tag avatars")]
pub(super) struct TagArgs {
    /// Name of the study
    study: String,
    /// Tags to add; with neither these nor --remove the present ones are printed
    #[arg(value_name = "TAG", value_parser = valid)]
    tags: Vec<String>,
    /// A tag to remove; may be given several times
    #[arg(long, value_name = "TAG")]
    remove: Vec<String>,
    /// Tags of this trial
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u64>,
}

fn valid(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length == 0 || length > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Err(format!("a tag is a word of 1 to {LONGEST} characters without spaces"));
    }
    Ok(text.to_owned())
}

pub(super) fn tag(args: &TagArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let trial = args.trial.map(TrialNumber);
    if args.tags.is_empty() && args.remove.is_empty() {
        let mut out = io::stdout().lock();
        for tag in study.annotations(trial)?.tags {
            writeln!(out, "{tag}")?;
        }
    } else {
        let (add, remove) = (args.tags.clone(), args.remove.clone());
        study.annotate(trial, &AnnotationChange { note: None, add, remove })?;
    }
    Ok(ExitCode::SUCCESS)
}
