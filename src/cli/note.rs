//! `surmise note`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::store::AnnotationChange;
use crate::trial::TrialNumber;

use super::error::CliError;
use super::{DatabaseArgs, table};

#[derive(Debug, Args)]
#[command(
    after_help = "A note replaces the one before; an empty one removes it. It changes no result.

Examples:
  surmise note avatars 'before the new augmentation'
  surmise note avatars --trial 7 'the curve still rises'
  surmise note avatars"
)]
pub(super) struct NoteArgs {
    /// Name of the study
    study: String,
    /// The note; without it the present one is printed
    text: Option<String>,
    /// A note about this trial
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u64>,
}

pub(super) fn note(args: &NoteArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let trial = args.trial.map(TrialNumber);
    match &args.text {
        Some(text) => {
            let note = Some(text.trim().to_owned());
            study.annotate(trial, &AnnotationChange { note, ..AnnotationChange::default() })?;
        }
        None => {
            let annotations = study.annotations(trial)?;
            if !annotations.note.is_empty() {
                writeln!(io::stdout(), "{}", table::clean(&annotations.note))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
