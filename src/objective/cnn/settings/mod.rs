//! What a user writes about a CNN, as plain data, and the ranges it must lie in.

mod data;
mod device;
mod early_stopping;
mod optimizer;
mod precision;
mod schedule;

pub use data::{Cache, Corrupt, DataSettings, DataSource};
pub use device::DeviceChoice;
pub use early_stopping::{EarlyStopping, Watched};
pub use optimizer::{OptimizerKind, OptimizerSettings};
pub use precision::Precision;
pub use schedule::{Course, Schedule};

use super::architecture::ModelSettings;
use super::error::{SettingsError, check};

/// A CNN on image folders: which images, which network, how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct CnnSettings {
    /// The images.
    pub data: DataSettings,
    /// The network.
    pub model: ModelSettings,
    /// Images in a training step, 1 to 65,536. The last batch of an epoch may be shorter.
    pub batch_size: usize,
    /// Whether the images learnt from come in a new order every epoch; if not, class by class.
    pub shuffle: bool,
    /// Whether the images of an epoch that do not fill a batch are left out.
    pub drop_last: bool,
    /// Passes over the training images, 1 to 100,000.
    pub epochs: u32,
    /// How the weights learn.
    pub optimizer: OptimizerSettings,
    /// How the learning rate changes meanwhile.
    pub schedule: Schedule,
    /// Share of the targets that is spread evenly over all classes, 0 to below 1: cross entropy's
    /// `label_smoothing` in PyTorch. The one logit of two classes learns towards t(1 − s) + s/2
    /// instead of t = 0 or 1, which is the same. Only what is learnt from is smoothed, never what is
    /// measured on. Szegedy et al., <https://arxiv.org/abs/1512.00567>, section 7.
    pub label_smoothing: f64,
    /// Largest norm of the gradient, above 0; a longer one is made that long before the step. As
    /// PyTorch's `clip_grad_norm_` over all weights; Pascanu et al.,
    /// <https://arxiv.org/abs/1211.5063>.
    pub clip_norm: Option<f64>,
    /// When training ends before its last epoch.
    pub early_stopping: Option<EarlyStopping>,
    /// Where the network lives.
    pub device: DeviceChoice,
    /// What it computes in, whether it is trained or measured.
    pub precision: Precision,
    /// libtorch's threads on the CPU, 1 to 1,024. One is best while there are as many trials as
    /// cores.
    pub threads: usize,
}

impl CnnSettings {
    /// The settings that are left when only the images and the network are chosen: shuffled batches of
    /// 128, 20 epochs, Adam at a constant learning rate, the best device there is, one thread.
    pub fn new(data: DataSettings, model: impl Into<ModelSettings>) -> Self {
        Self {
            data,
            model: model.into(),
            batch_size: 128,
            shuffle: true,
            drop_last: false,
            epochs: 20,
            optimizer: OptimizerSettings::default(),
            schedule: Schedule::default(),
            label_smoothing: 0.0,
            clip_norm: None,
            early_stopping: None,
            device: DeviceChoice::default(),
            precision: Precision::default(),
            threads: 1,
        }
    }

    /// Checks every range. Looks at no file.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting outside its range, or transform out of place.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.model.validate(self.data.image_size)?;
        self.data.validate()?;
        check("batch_size", self.batch_size, (1..=65_536).contains(&self.batch_size), || {
            "1 to 65536 images".to_owned()
        })?;
        check("epochs", self.epochs, (1..=100_000).contains(&self.epochs), || {
            "1 to 100000".to_owned()
        })?;
        check("threads", self.threads, (1..=1024).contains(&self.threads), || {
            "1 to 1024".to_owned()
        })?;
        self.optimizer.validate()?;
        self.schedule.validate(self.epochs)?;
        let smoothing = self.label_smoothing;
        check("label_smoothing", smoothing, (0.0..1.0).contains(&smoothing), || {
            "a number from 0 to below 1".to_owned()
        })?;
        if let Some(norm) = self.clip_norm {
            check("clip_norm", norm, norm.is_finite() && norm > 0.0, || {
                "a finite number above 0".to_owned()
            })?;
        }
        self.early_stopping.map_or(Ok(()), |stopping| stopping.validate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::cnn::{ModelKind, Transform};

    fn settings() -> CnnSettings {
        let image_size = DataSettings::DEFAULT_IMAGE_SIZE;
        let data = DataSettings::new("a", "b", image_size);
        CnnSettings::new(data, ModelKind::Bitmoji)
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
        assert_eq!(
            message(|s| s.data.transforms = vec![Transform::Rotation { degrees: 200.0 }]),
            "`data.transforms[0].rotation.degrees` is 200, expected from 0 to 180"
        );
        assert_eq!(
            message(|s| s.data.valid_transforms = Some(vec![Transform::HorizontalFlip { p: 0.5 }])),
            "`data.valid_transforms[0]` cannot be `horizontal_flip`, which is random"
        );
        assert!(message(|s| s.epochs = 0).starts_with("`epochs` is 0"));
        assert!(message(|s| s.batch_size = 0).starts_with("`batch_size` is 0"));
        assert!(message(|s| s.threads = 0).starts_with("`threads` is 0"));
        assert!(message(|s| s.optimizer.beta2 = -0.1).starts_with("`optimizer.beta2`"));
        assert!(message(|s| s.optimizer.eps = 0.0).starts_with("`optimizer.eps`"));
        assert!(
            message(|s| s.optimizer.weight_decay = f64::INFINITY).starts_with("`optimizer.weight")
        );
        assert!(message(|s| s.optimizer.momentum = 1.0).starts_with("`optimizer.momentum`"));
        assert!(message(|s| s.optimizer.alpha = -1.0).starts_with("`optimizer.alpha`"));
        assert_eq!(
            message(|s| s.optimizer.nesterov = true),
            "`optimizer.nesterov` is true, expected false without a `momentum` above 0"
        );
        assert_eq!(
            message(|s| s.schedule.warmup = 21.0),
            "`schedule.warmup` is 21, expected 0 to 20 epochs"
        );
        let cycle = |pct_start, div_factor| Course::OneCycle {
            pct_start,
            div_factor,
            final_div_factor: 1e4,
        };
        for (course, warmup, expected) in [
            (Course::Step { every: 0, gamma: 0.1 }, 0.0, "every` is 0, expected at least 1 epoch"),
            (
                Course::Step { every: 1, gamma: 0.0 },
                0.0,
                "gamma` is 0, expected above 0 and at most 1",
            ),
            (Course::Cosine { end: 1.5 }, 0.0, "final` is 1.5, expected from 0 to 1"),
            (cycle(1.1, 25.0), 0.0, "pct_start` is 1.1, expected from 0 to 1"),
            (cycle(0.3, 0.5), 0.0, "div_factor` is 0.5, expected a finite number from 1"),
            (
                cycle(0.3, 25.0),
                1.0,
                "warmup` is 1, expected 0 with one_cycle, which warms up by itself",
            ),
        ] {
            let schedule = Schedule { course, warmup };
            let error = CnnSettings { schedule, ..settings() }.validate().unwrap_err();
            assert_eq!(error.to_string(), format!("`schedule.{expected}"));
        }
        assert!(message(|s| s.label_smoothing = 1.0).starts_with("`label_smoothing` is 1"));
        assert!(message(|s| s.clip_norm = Some(0.0)).starts_with("`clip_norm` is 0"));
        assert_eq!(
            message(|s| s.early_stopping = Some(EarlyStopping::new(0))),
            "`early_stopping.patience` is 0, expected at least 1 epoch"
        );
    }
}
