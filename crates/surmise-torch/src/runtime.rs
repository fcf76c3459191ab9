//! libtorch itself: its CUDA half loaded where it is found, its devices and threads.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{fmt, fs};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};
use tch::{Cuda, Device};
use thiserror::Error;

use surmise::objective::cnn::DeviceChoice;

/// The version of libtorch that this build speaks to.
const LIBTORCH_VERSION: &str = "2.11.0";

/// What became of the attempt to load libtorch's CUDA half.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CudaLoad {
    /// It is in the process.
    Loaded {
        /// The library.
        path: PathBuf,
    },
    /// The libtorch in use has none: a CPU flavour.
    NotFound {
        /// Folder of the libtorch in use, if it could be told.
        searched: Option<PathBuf>,
    },
    /// It is there, but does not load.
    Failed {
        /// The library.
        path: PathBuf,
        /// The loader's words.
        reason: String,
    },
}

impl fmt::Display for CudaLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loaded { path } => write!(f, "{} is loaded", path.display()),
            Self::NotFound { searched: Some(folder) } => write!(
                f,
                "the libtorch in use is a CPU flavour ({} has no libtorch_cuda.so)",
                folder.display()
            ),
            Self::NotFound { searched: None } => {
                f.write_str("the folder of the libtorch in use cannot be told")
            }
            Self::Failed { path, reason } => {
                write!(f, "{} does not load: {reason}", path.display())
            }
        }
    }
}

/// Loads `libtorch_cuda.so` from the folder where the process's `libtorch_cpu.so` lies, once.
///
/// Nothing here links it, so that one binary starts with either flavour of libtorch; and only the
/// one beside is surely of the same build. libtorch asks for its CUDA half the first time that
/// anything touches CUDA and remembers the answer, so this comes first: every way to a device in
/// this module passes here.
#[allow(unsafe_code, reason = "loading a library runs its initialisers")]
pub fn load_cuda() -> &'static CudaLoad {
    static LOADED: OnceLock<CudaLoad> = OnceLock::new();
    LOADED.get_or_init(|| {
        let folder = libtorch_folder();
        let Some(path) = folder.as_ref().map(|f| f.join("libtorch_cuda.so")) else {
            return CudaLoad::NotFound { searched: None };
        };
        if !path.exists() {
            return CudaLoad::NotFound { searched: folder };
        }
        // SAFETY: the library's initialisers are libtorch's own registrations, made to run at any
        // time before CUDA is first used; nothing is called through the handle.
        match unsafe { Library::open(Some(&path), RTLD_LAZY | RTLD_GLOBAL) } {
            Ok(library) => {
                // Never closed: what it registered stays.
                let _ = library.into_raw();
                CudaLoad::Loaded { path }
            }
            Err(error) => CudaLoad::Failed { path, reason: with_sources(&error) },
        }
    })
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// Folder of the `libtorch_cpu.so` in this process, from the kernel's list of mappings.
fn libtorch_folder() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    // address perms offset dev inode path; only the path may hold a space
    maps.lines()
        .filter_map(|line| line.find('/').map(|at| Path::new(&line[at..])))
        .find(|path| path.file_name().is_some_and(|n| n == "libtorch_cpu.so"))
        .and_then(Path::parent)
        .map(Path::to_owned)
}

/// Why a device is not to be had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceError {
    /// The CUDA half of libtorch is not there or does not load.
    #[error("no CUDA: {0}")]
    NoCuda(CudaLoad),
    /// The CUDA half loads and finds no device of that index.
    #[error("no device cuda:{index}: {}", match count {
        0 => "no CUDA device is visible (is there a GPU, and a driver for CUDA 13?)".to_owned(),
        n => format!("there are {n}, counted from 0"),
    })]
    NoSuchDevice {
        /// The index asked for.
        index: usize,
        /// Devices there are.
        count: usize,
    },
}

/// The device for a choice.
///
/// # Errors
/// [`DeviceError`] if CUDA was asked for by name and is not to be had.
pub fn resolve_device(choice: DeviceChoice) -> Result<Device, DeviceError> {
    let index = match choice {
        DeviceChoice::Cpu => return Ok(Device::Cpu),
        DeviceChoice::Auto if cuda_devices() == 0 => return Ok(Device::Cpu),
        DeviceChoice::Auto => 0,
        DeviceChoice::Cuda(index) => index,
    };
    match load_cuda() {
        CudaLoad::Loaded { .. } => match cuda_devices() {
            count if index < count => Ok(Device::Cuda(index)),
            count => Err(DeviceError::NoSuchDevice { index, count }),
        },
        other => Err(DeviceError::NoCuda(other.clone())),
    }
}

fn cuda_devices() -> usize {
    match load_cuda() {
        CudaLoad::Loaded { .. } => usize::try_from(Cuda::device_count()).unwrap_or(0),
        _ => 0,
    }
}

/// What a report on the machine says about libtorch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuntimeInfo {
    /// The version this build speaks to.
    pub version: &'static str,
    /// Folder of the libtorch in use, if it can be told.
    pub folder: Option<PathBuf>,
    /// What became of its CUDA half.
    pub cuda: CudaLoad,
    /// The CUDA devices libtorch sees, by name as far as the driver tells it.
    pub cuda_devices: Vec<String>,
    /// Version of cuDNN, e.g. 91900, where CUDA is loaded.
    pub cudnn: Option<i64>,
    /// Threads of one CPU operation, unless settings say otherwise.
    pub threads: usize,
}

impl RuntimeInfo {
    /// Looks at this process and this machine.
    pub fn gather() -> Self {
        let cuda = load_cuda().clone();
        let loaded = matches!(cuda, CudaLoad::Loaded { .. });
        let count = cuda_devices();
        let names = if count > 0 { device_names(count) } else { Vec::new() };
        Self {
            version: LIBTORCH_VERSION,
            folder: libtorch_folder(),
            cuda,
            cuda_devices: (0..count)
                .map(|i| match names.get(i) {
                    Some(name) => format!("cuda:{i} {name}"),
                    None => format!("cuda:{i}"),
                })
                .collect(),
            cudnn: (loaded && Cuda::cudnn_is_available()).then(tch::utils::version_cudnn),
            threads: usize::try_from(tch::get_num_threads()).unwrap_or(1),
        }
    }
}

/// Names of the first `count` CUDA devices, from the driver: libtorch, as wrapped here, tells none.
/// Empty if the driver does not answer.
#[allow(unsafe_code, reason = "the driver's C interface")]
fn device_names(count: usize) -> Vec<String> {
    // SAFETY: libcuda is the driver's library, loaded already if CUDA works at all; the types are
    // those of its C interface, and `name` is as long as the call is told.
    unsafe {
        let Ok(driver) = Library::open(Some("libcuda.so.1"), RTLD_LAZY) else {
            return Vec::new();
        };
        let (Ok(init), Ok(get), Ok(name_of)) = (
            driver.get::<unsafe extern "C" fn(c_uint) -> c_int>(b"cuInit\0"),
            driver.get::<unsafe extern "C" fn(*mut c_int, c_int) -> c_int>(b"cuDeviceGet\0"),
            driver.get::<unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int>(
                b"cuDeviceGetName\0",
            ),
        ) else {
            return Vec::new();
        };
        if init(0) != 0 {
            return Vec::new();
        }
        (0..count)
            .map_while(|index| {
                let mut device = 0;
                let mut name = [0 as c_char; 128];
                (get(&mut device, c_int::try_from(index).ok()?) == 0
                    && name_of(name.as_mut_ptr(), 127, device) == 0)
                    .then(|| CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned())
            })
            .collect()
    }
}
