//! Handing over to `surmise-torch`, the program with libtorch, as git does to its sub-commands.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::objective::Unavailable;
use crate::objective::cnn::{CALLER_VERSION, DeviceChoice};

use super::backend::{Backend, Finding, LibtorchReport, Torch};
use super::error::CliError;

/// The program with libtorch.
const PROGRAM: &str = "surmise-torch";
/// How to come by one that works.
const REMEDY: &str = "build it, of the same version as surmise: `make build`";

/// A way to libtorch that loads none of it: the program `surmise-torch`, beside this one or on the PATH.
#[derive(Clone, Copy, Debug)]
pub struct HandOver;

impl Backend for HandOver {
    fn torch(&self) -> Result<&dyn Torch, CliError> {
        let error = command()?.args(env::args_os().skip(1)).exec();
        Err(unstartable(error).into())
    }

    fn program(&self) -> Result<PathBuf, CliError> {
        Ok(find()?)
    }

    fn check(&self, device: DeviceChoice) -> Result<Option<String>, Unavailable> {
        let report = ask(&["--device", &device.to_string()])?;
        report.device.unwrap_or_else(|| Err(unavailable(format!("{PROGRAM} names no device"))))
    }

    fn findings(&self) -> Vec<Finding> {
        match ask(&[]) {
            Ok(report) => report.findings,
            Err(Unavailable { message, remedy }) => {
                let found = format!("{message}; command objectives work, CNN ones do not");
                vec![Finding::missing("libtorch", found, remedy)]
            }
        }
    }
}

/// Where the program is.
fn find() -> Result<PathBuf, Unavailable> {
    let this = env::current_exe().unwrap_or_default();
    let path = env::var_os("PATH").unwrap_or_default();
    let beside = this.parent().map(PathBuf::from);
    // An empty name on the PATH is the current folder, from which nothing should be run.
    let on_path = env::split_paths(&path).filter(|folder| !folder.as_os_str().is_empty());
    let mut programs = beside.into_iter().chain(on_path).map(|folder| folder.join(PROGRAM));
    programs.find(|program| program.is_file()).ok_or_else(|| {
        let where_not = "is neither beside this program nor on the PATH";
        unavailable(format!("{PROGRAM}, the program with libtorch, {where_not}"))
    })
}

/// The program, told by which version it is called.
fn command() -> Result<Command, Unavailable> {
    let mut command = Command::new(find()?);
    command.env(CALLER_VERSION, env!("CARGO_PKG_VERSION"));
    Ok(command)
}

/// What the program says about libtorch.
fn ask(arguments: &[&str]) -> Result<LibtorchReport, Unavailable> {
    let mut command = command()?;
    command.arg("libtorch").args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(unstartable)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
        return Err(unavailable(format!("{PROGRAM} does not work: {first}")));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| unavailable(format!("{PROGRAM} gives no answer: {error}")))
}

fn unstartable(error: std::io::Error) -> Unavailable {
    unavailable(format!("{PROGRAM} does not start: {error}"))
}

fn unavailable(message: String) -> Unavailable {
    Unavailable { message, remedy: REMEDY.into() }
}
