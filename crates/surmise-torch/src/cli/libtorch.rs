//! What there is to say about libtorch: to `doctor`, and to `surmise`, which asks in JSON.

use std::io::{self, Write};
use std::process::ExitCode;

use surmise::program::cnn::LibtorchArgs;
use surmise::program::{CliError, Finding, LibtorchReport};

use super::failure::parse_device;
use crate::objective;
use crate::runtime::{CudaLoad, RuntimeInfo};

pub(super) fn libtorch(args: &LibtorchArgs) -> Result<ExitCode, CliError> {
    let device = args.device.as_deref().map(parse_device).transpose()?.map(objective::check);
    let report = LibtorchReport { findings: findings(), device };
    let text = serde_json::to_string(&report).map_err(|e| CliError::ours(e.to_string()))?;
    writeln!(io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// libtorch and its CUDA half, with what to do about what is missing.
pub(super) fn findings() -> Vec<Finding> {
    let info = RuntimeInfo::gather();
    let folder = info.folder.as_ref().map_or_else(String::new, |f| format!(" in {}", f.display()));
    let cpu = Finding::fine(
        "libtorch",
        format!("{}{folder}, {} threads by default", info.version, info.threads),
    );
    let cudnn = info.cudnn.map_or_else(String::new, |v| format!(", cuDNN {v}"));
    let cuda = match &info.cuda {
        CudaLoad::Loaded { .. } if info.cuda_devices.is_empty() => Finding::missing(
            "CUDA",
            format!("loaded{cudnn}, but it sees no device"),
            "is there a GPU, and a driver for CUDA 13? `nvidia-smi` should list it",
        ),
        CudaLoad::Loaded { .. } => {
            Finding::fine("CUDA", format!("{}{cudnn}", info.cuda_devices.join("; ")))
        }
        CudaLoad::Failed { path, reason } => Finding::missing(
            "CUDA",
            format!("{} does not load: {reason}", path.display()),
            "its NVIDIA libraries must be found beside it or by LD_LIBRARY_PATH; \
             `scripts/libtorch.sh cuda` brings them all",
        ),
        _ => Finding::missing(
            "CUDA",
            "none: this libtorch is a CPU flavour",
            "for a GPU: `scripts/libtorch.sh cuda`, or LD_LIBRARY_PATH at the lib folder of Python's torch 2.11.0; \
             no rebuild needed",
        ),
    };
    vec![cpu, cuda]
}
