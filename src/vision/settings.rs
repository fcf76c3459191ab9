//! What a user writes about a CNN, as plain data, and the ranges it must lie in.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// A CNN on image folders: which images, which network, how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct CnnSettings {
    /// The images.
    pub data: DataSettings,
    /// The network.
    pub model: ModelName,
    /// Images in a training step, 1 to 65,536. The last batch of an epoch may be shorter.
    pub batch_size: usize,
    /// Passes over the training images, 1 to 100,000.
    pub epochs: u32,
    /// How the weights learn.
    pub optimizer: OptimizerSettings,
    /// Where the network lives.
    pub device: DeviceChoice,
    /// libtorch's threads on the CPU, 1 to 1,024. One is best while there are as many trials as
    /// cores.
    pub threads: usize,
}

/// Two folders of images, one sub-folder a class, and the size the network sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataSettings {
    /// Folder of the images to learn from.
    pub train: PathBuf,
    /// Folder of the images to measure on; the same classes.
    pub valid: PathBuf,
    /// Width and height in pixels, from the network's smallest to 1,024.
    pub image_size: u32,
}

impl DataSettings {
    /// The image size of a study that names none.
    pub const DEFAULT_IMAGE_SIZE: u32 = 64;
}

/// The networks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelName {
    /// Two convolutions with max pooling, then two linear layers; 46 thousand weights at 64 × 64.
    Bitmoji,
}

impl ModelName {
    /// Its name, as written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bitmoji => "bitmoji",
        }
    }

    /// The smallest `image_size` that leaves a pixel after the last pooling.
    pub fn smallest_image(self) -> u32 {
        match self {
            // 14 → conv 5 → 10 → pool 2 → 5 → conv 3 → 3 → pool 3 → 1
            Self::Bitmoji => 14,
        }
    }
}

/// How the weights learn.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerSettings {
    /// Which optimizer.
    pub kind: OptimizerKind,
    /// Learning rate, above 0.
    pub lr: f64,
    /// Decay of the mean of gradients, 0 to below 1.
    pub beta1: f64,
    /// Decay of the mean of squared gradients, 0 to below 1.
    pub beta2: f64,
    /// Added to the denominator, above 0.
    pub eps: f64,
    /// Weight of the L2 penalty that joins the gradient, from 0.
    pub weight_decay: f64,
}

impl Default for OptimizerSettings {
    /// PyTorch's defaults.
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
        }
    }
}

/// The optimizers there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptimizerKind {
    /// Kingma & Ba, <https://arxiv.org/abs/1412.6980>.
    #[default]
    Adam,
}

/// Where the network lives: `auto`, `cpu`, `cuda` (the first) or `cuda:N`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceChoice {
    /// The first CUDA device if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this index, from 0.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        match text {
            "auto" => return Ok(Self::Auto),
            "cpu" => return Ok(Self::Cpu),
            "cuda" => return Ok(Self::Cuda(0)),
            _ => {}
        }
        // Bare digits: `usize` alone would take "+1".
        text.strip_prefix("cuda:")
            .filter(|index| index.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|index| index.parse().ok())
            .map(Self::Cuda)
            .ok_or_else(|| SettingsError::UnknownDevice { found: text.to_owned() })
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

/// What is wrong with settings.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A number lies outside its range.
    #[error("`{key}` is {found}, expected {expected}")]
    OutOfRange {
        /// The setting, with dots: `optimizer.lr`.
        key: &'static str,
        /// What was written.
        found: String,
        /// The range, in words.
        expected: String,
    },
    /// No such device.
    #[error("unknown device `{found}`, expected `auto`, `cpu`, `cuda` or `cuda:N`")]
    UnknownDevice {
        /// What was written.
        found: String,
    },
}

impl CnnSettings {
    /// The settings that are left when only the images and the network are chosen: batches of 128,
    /// 20 epochs, Adam, the best device there is, one thread.
    pub fn new(data: DataSettings, model: ModelName) -> Self {
        Self {
            data,
            model,
            batch_size: 128,
            epochs: 20,
            optimizer: OptimizerSettings::default(),
            device: DeviceChoice::default(),
            threads: 1,
        }
    }

    /// Checks every range. Looks at no file.
    ///
    /// # Errors
    /// [`SettingsError::OutOfRange`] for the first setting outside its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let smallest = self.model.smallest_image();
        check(
            "data.image_size",
            self.data.image_size,
            (smallest..=1024).contains(&self.data.image_size),
            || format!("{smallest} to 1024 pixels for {}", self.model.name()),
        )?;
        check("batch_size", self.batch_size, (1..=65_536).contains(&self.batch_size), || {
            "1 to 65536 images".to_owned()
        })?;
        check("epochs", self.epochs, (1..=100_000).contains(&self.epochs), || {
            "1 to 100000".to_owned()
        })?;
        check("threads", self.threads, (1..=1024).contains(&self.threads), || {
            "1 to 1024".to_owned()
        })?;
        self.optimizer.validate()
    }
}

impl OptimizerSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        let above_zero = || "a finite number above 0".to_owned();
        let decay = || "a number from 0 to below 1".to_owned();
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let unit = |x: f64| (0.0..1.0).contains(&x);
        check("optimizer.lr", self.lr, positive(self.lr), above_zero)?;
        check("optimizer.beta1", self.beta1, unit(self.beta1), decay)?;
        check("optimizer.beta2", self.beta2, unit(self.beta2), decay)?;
        check("optimizer.eps", self.eps, positive(self.eps), above_zero)?;
        check(
            "optimizer.weight_decay",
            self.weight_decay,
            self.weight_decay.is_finite() && self.weight_decay >= 0.0,
            || "a finite number from 0".to_owned(),
        )
    }
}

fn check(
    key: &'static str,
    found: impl fmt::Display,
    fits: bool,
    expected: impl FnOnce() -> String,
) -> Result<(), SettingsError> {
    if fits {
        return Ok(());
    }
    Err(SettingsError::OutOfRange { key, found: found.to_string(), expected: expected() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> CnnSettings {
        let image_size = DataSettings::DEFAULT_IMAGE_SIZE;
        let data = DataSettings { train: "a".into(), valid: "b".into(), image_size };
        CnnSettings::new(data, ModelName::Bitmoji)
    }

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(settings().validate(), Ok(()));
    }

    #[test]
    fn a_device_is_read_and_written() {
        for (text, device) in [
            ("auto", DeviceChoice::Auto),
            ("cpu", DeviceChoice::Cpu),
            ("cuda:0", DeviceChoice::Cuda(0)),
            ("cuda:13", DeviceChoice::Cuda(13)),
        ] {
            assert_eq!(text.parse(), Ok(device));
            assert_eq!(device.to_string(), text);
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        for text in ["gpu", "cuda:", "cuda:-1", "cuda:+1", "CPU", ""] {
            assert!(text.parse::<DeviceChoice>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_outside_its_range_is_named() {
        let message = |change: fn(&mut CnnSettings)| {
            let mut settings = settings();
            change(&mut settings);
            settings.validate().unwrap_err().to_string()
        };
        assert_eq!(
            message(|s| s.optimizer.lr = f64::NAN),
            "`optimizer.lr` is NaN, expected a finite number above 0"
        );
        assert_eq!(
            message(|s| s.optimizer.beta1 = 1.0),
            "`optimizer.beta1` is 1, expected a number from 0 to below 1"
        );
        assert_eq!(
            message(|s| s.data.image_size = 13),
            "`data.image_size` is 13, expected 14 to 1024 pixels for bitmoji"
        );
        assert!(message(|s| s.epochs = 0).starts_with("`epochs` is 0"));
        assert!(message(|s| s.batch_size = 0).starts_with("`batch_size` is 0"));
        assert!(message(|s| s.threads = 0).starts_with("`threads` is 0"));
        assert!(message(|s| s.optimizer.beta2 = -0.1).starts_with("`optimizer.beta2`"));
        assert!(message(|s| s.optimizer.eps = 0.0).starts_with("`optimizer.eps`"));
        assert!(
            message(|s| s.optimizer.weight_decay = f64::INFINITY).starts_with("`optimizer.weight")
        );
    }
}
