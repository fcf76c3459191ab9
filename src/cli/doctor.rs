//! `surmise doctor`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::store::SqliteStore;

use super::DatabaseArgs;
use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise doctor --db /data/studies.db")]
pub(super) struct DoctorArgs {}

/// One finding, with what to do about it where something is missing.
struct Finding {
    what: &'static str,
    found: String,
    remedy: Option<String>,
}

pub(super) fn doctor(_args: &DoctorArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut findings = vec![
        fine("surmise", env!("CARGO_PKG_VERSION")),
        fine("SQLite", SqliteStore::engine_version()),
        look_at_database(database),
        threads(),
    ];
    findings.extend(libtorch());
    let mut out = io::stdout().lock();
    for Finding { what, found, remedy } in findings {
        writeln!(out, "{what:<10} {found}")?;
        if let Some(remedy) = remedy {
            writeln!(out, "{:<10} → {remedy}", "")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fine(what: &'static str, found: impl Into<String>) -> Finding {
    Finding { what, found: found.into(), remedy: None }
}

fn missing(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { what, found: found.into(), remedy: Some(remedy.into()) }
}

fn look_at_database(database: &DatabaseArgs) -> Finding {
    let path = std::path::absolute(&database.db).unwrap_or_else(|_| database.db.clone());
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        let found = format!("{}: its folder does not exist", path.display());
        return missing(
            "database",
            found,
            format!("make {}, or name another with --db", folder.display()),
        );
    }
    if !Path::new(&path).exists() {
        return missing(
            "database",
            format!("{}: none yet", path.display()),
            "`surmise run FILE` makes it",
        );
    }
    match database.open_existing().and_then(|mut s| Ok(crate::store::Store::studies(&mut s)?)) {
        Ok(studies) => fine(
            "database",
            match studies.len() {
                1 => format!("{}: 1 study", path.display()),
                n => format!("{}: {n} studies", path.display()),
            },
        ),
        Err(error) => {
            let text = error.render(false);
            let mut lines = text.lines();
            let found = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let remedy =
                lines.next().unwrap_or_default().trim().trim_start_matches("hint: ").to_owned();
            missing("database", found, remedy)
        }
    }
}

fn threads() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let set = std::env::var("OMP_NUM_THREADS").unwrap_or_else(|_| "not set".into());
    fine(
        "threads",
        format!(
            "{cores} cores; a CNN trial takes 1 unless its YAML says more (OMP_NUM_THREADS {set})"
        ),
    )
}

#[cfg(not(feature = "torch"))]
fn libtorch() -> Vec<Finding> {
    vec![missing(
        "libtorch",
        "this surmise was built without it; command objectives work, CNN ones do not",
        "rebuild with `make build`: scripts/libtorch.sh, then cargo build --release --features torch",
    )]
}

#[cfg(feature = "torch")]
fn libtorch() -> Vec<Finding> {
    use crate::vision::{CudaLoad, RuntimeInfo};

    let info = RuntimeInfo::gather();
    let folder = info.folder.as_ref().map_or_else(String::new, |f| format!(" in {}", f.display()));
    let cpu =
        fine("libtorch", format!("{}{folder}, {} threads by default", info.version, info.threads));
    let cudnn = info.cudnn.map_or_else(String::new, |v| format!(", cuDNN {v}"));
    let cuda = match &info.cuda {
        CudaLoad::Loaded { .. } if info.cuda_devices.is_empty() => missing(
            "CUDA",
            format!("loaded{cudnn}, but it sees no device"),
            "is there a GPU, and a driver for CUDA 13? `nvidia-smi` should list it",
        ),
        CudaLoad::Loaded { .. } => fine("CUDA", format!("{}{cudnn}", info.cuda_devices.join("; "))),
        CudaLoad::Failed { path, reason } => missing(
            "CUDA",
            format!("{} does not load: {reason}", path.display()),
            "its NVIDIA libraries must be found beside it or by LD_LIBRARY_PATH; \
             `scripts/libtorch.sh cuda` brings them all",
        ),
        _ => missing(
            "CUDA",
            "none: this libtorch is a CPU flavour",
            "for a GPU: `scripts/libtorch.sh cuda`, or LD_LIBRARY_PATH at the lib folder of Python's torch 2.11.0; \
             no rebuild needed",
        ),
    };
    vec![cpu, cuda]
}
