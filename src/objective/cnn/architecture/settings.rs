//! Which network.

use std::path::PathBuf;

use super::{Activation, Init, ShapeError, TensorSpec};
use crate::objective::cnn::error::{SettingsError, check};

/// A network, as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// Which one.
    pub kind: ModelKind,
    /// Dropout before the last layer, from 0 to below 1; by default torchvision's. `bitmoji` has none,
    /// and `cnn` its own.
    pub dropout: Option<f64>,
    /// Weights to begin with, in place of random ones.
    pub pretrained: Option<Pretrained>,
}

/// Weights to begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct Pretrained {
    /// A state dict of the same network, PyTorch's or safetensors. Its head counts only where it has
    /// the same shape and the same number of classes.
    pub weights: PathBuf,
    /// What is learnt of it.
    pub trainable: Trainable,
    /// Whether batch normalisation in frozen parts goes by the statistics that came with the weights.
    /// If not, it goes by each batch's, and goes on collecting them, as PyTorch's does unless it is
    /// told otherwise.
    pub frozen_statistics: bool,
}

/// What of a network is learnt, the last part first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trainable {
    /// Everything.
    #[default]
    All,
    /// The head, and so many parts before it; see
    /// [`Module::parts`](super::super::architecture::Module::parts).
    Last(usize),
}

/// The networks there are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ModelKind {
    /// Two convolutions with max pooling, then two linear layers; 43 thousand weights at 64 × 64.
    Bitmoji,
    /// Convolutions and linear layers of any number and width.
    Cnn(CnnModel),
    /// ResNet-18 (arXiv 1512.03385).
    ResNet18,
    /// ResNet-34.
    ResNet34,
    /// ResNet-50.
    ResNet50,
    /// DenseNet-121 (arXiv 1608.06993).
    DenseNet121,
    /// SqueezeNet 1.1 (arXiv 1602.07360).
    SqueezeNet1_1,
    /// MobileNetV2 (arXiv 1801.04381).
    MobileNetV2,
    /// EfficientNet-B0 (arXiv 1905.11946).
    EfficientNetB0,
}

/// Blocks of convolution, normalisation, activation and pooling; then linear layers.
#[derive(Clone, Debug, PartialEq)]
pub struct CnnModel {
    /// Channels that each block makes, 1 to 65,536; 1 to 64 blocks.
    pub channels: Channels,
    /// Side of the kernels, odd, 1 to 31; the size stays.
    pub kernel: i64,
    /// What halves the size after each block.
    pub pooling: Pooling,
    /// After each layer but the last.
    pub activation: Activation,
    /// Where batch normalisation stands.
    pub batch_norm: NormPlace,
    /// Whether each channel's mean goes to the linear layers, in place of every pixel.
    pub global_pooling: bool,
    /// Widths of the linear layers before the last one, 1 to 65,536; at most 64.
    pub head: Vec<i64>,
    /// Dropout after each of them, or before the only one; from 0 to below 1.
    pub dropout: f64,
    /// How the weights begin.
    pub init: Init,
}

/// Channels that each block makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Channels {
    /// Block by block.
    Each(Vec<i64>),
    /// So many in the first block, and from block to block that times as many, rounded.
    Growing {
        /// How many blocks.
        blocks: usize,
        /// In the first one.
        first: i64,
        /// From one to the next, above 0.
        growth: f64,
    },
}

impl Channels {
    /// Block by block.
    pub fn each(&self) -> Vec<i64> {
        match self {
            Self::Each(channels) => channels.clone(),
            Self::Growing { blocks, first, growth } => {
                let channels = |block: usize| *first as f64 * growth.powf(block as f64);
                // `as` keeps what is far out of range at the ends, which the check refuses.
                (0..*blocks).map(|block| channels(block).round() as i64).collect()
            }
        }
    }
}

/// What halves the size after a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pooling {
    /// The largest of four.
    #[default]
    Max,
    /// Their mean.
    Average,
    /// Nothing: the size stays.
    None,
}

/// Where batch normalisation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NormPlace {
    /// Nowhere.
    #[default]
    None,
    /// Before the activation.
    Before,
    /// After it.
    After,
}

impl Default for CnnModel {
    /// Three blocks of 16, 32 and 64 channels, 3 × 3, max pooling, ReLU, one linear layer.
    fn default() -> Self {
        Self {
            channels: Channels::Growing { blocks: 3, first: 16, growth: 2.0 },
            kernel: 3,
            pooling: Pooling::default(),
            activation: Activation::default(),
            batch_norm: NormPlace::default(),
            global_pooling: false,
            head: Vec::new(),
            dropout: 0.0,
            init: Init::default(),
        }
    }
}

impl ModelKind {
    /// All of them, a `cnn` by its defaults.
    pub fn all() -> [Self; 9] {
        [
            Self::Bitmoji,
            Self::Cnn(CnnModel::default()),
            Self::ResNet18,
            Self::ResNet34,
            Self::ResNet50,
            Self::DenseNet121,
            Self::SqueezeNet1_1,
            Self::MobileNetV2,
            Self::EfficientNetB0,
        ]
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|kind| kind.name() == name)
    }

    /// Its name, as written: torchvision's where it is one of theirs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bitmoji => "bitmoji",
            Self::Cnn(_) => "cnn",
            Self::ResNet18 => "resnet18",
            Self::ResNet34 => "resnet34",
            Self::ResNet50 => "resnet50",
            Self::DenseNet121 => "densenet121",
            Self::SqueezeNet1_1 => "squeezenet1_1",
            Self::MobileNetV2 => "mobilenet_v2",
            Self::EfficientNetB0 => "efficientnet_b0",
        }
    }
}

impl From<ModelKind> for ModelSettings {
    fn from(kind: ModelKind) -> Self {
        Self { kind, dropout: None, pretrained: None }
    }
}

/// The widest layer.
const MAX_WIDTH: i64 = 65_536;
/// The most blocks, and the most linear layers.
const MAX_LAYERS: usize = 64;
/// The most weights: 4 GB.
const MAX_WEIGHTS: i64 = 1_000_000_000;
/// The largest side of an image.
const MAX_IMAGE: u32 = 1024;

impl ModelSettings {
    /// The smallest `image_size` it can take, at most 1,024; `None` if that is too small, too.
    pub fn smallest_image(&self) -> Option<u32> {
        let (mut too_small, mut fits) = (0, MAX_IMAGE);
        if self.module(fits, 1).is_err() {
            return None;
        }
        while fits - too_small > 1 {
            let middle = (fits + too_small) / 2;
            match self.module(middle, 1) {
                Ok(_) => fits = middle,
                Err(ShapeError::TooSmall { .. } | ShapeError::Other { .. }) => too_small = middle,
            }
        }
        Some(fits)
    }

    pub(in crate::objective::cnn) fn validate(&self, image_size: u32) -> Result<(), SettingsError> {
        if let Some(dropout) = self.dropout {
            check_dropout(dropout)?;
        }
        if let ModelKind::Cnn(model) = &self.kind {
            model.validate()?;
        }
        if let Ok(module) = self.module(image_size, 1) {
            let weights: i64 = module.tensors().iter().map(TensorSpec::numel).sum();
            check(
                "model",
                format!("a network of {weights} weights"),
                weights <= MAX_WEIGHTS,
                || format!("at most {MAX_WEIGHTS}"),
            )?;
        }
        let fits = image_size <= MAX_IMAGE && self.module(image_size, 1).is_ok();
        check("data.image_size", image_size, fits, || match self.smallest_image() {
            Some(smallest) => format!("{smallest} to {MAX_IMAGE} pixels for {}", self.kind.name()),
            None => format!(
                "fewer blocks with pooling: no image is large enough for this {}",
                self.kind.name()
            ),
        })
    }
}

impl CnnModel {
    fn validate(&self) -> Result<(), SettingsError> {
        if let Channels::Growing { blocks, growth, .. } = &self.channels {
            check("model.blocks", blocks, (1..=MAX_LAYERS).contains(blocks), || {
                format!("1 to {MAX_LAYERS}")
            })?;
            let positive = growth.is_finite() && *growth > 0.0;
            check("model.growth", growth, positive, || "a finite number above 0".to_owned())?;
        }
        check_widths("model.channels", &self.channels.each(), 1)?;
        check_widths("model.head", &self.head, 0)?;
        let odd = (1..=31).contains(&self.kernel) && self.kernel % 2 == 1;
        check("model.kernel", self.kernel, odd, || "an odd number from 1 to 31".to_owned())?;
        check_dropout(self.dropout)
    }
}

fn check_dropout(p: f64) -> Result<(), SettingsError> {
    check("model.dropout", p, (0.0..1.0).contains(&p), || "from 0 to below 1".to_owned())
}

fn check_widths(key: &str, widths: &[i64], least: usize) -> Result<(), SettingsError> {
    let count = widths.len();
    check(key, format!("a list of {count}"), (least..=MAX_LAYERS).contains(&count), || {
        format!("{least} to {MAX_LAYERS} widths")
    })?;
    let wrong = widths.iter().position(|width| !(1..=MAX_WIDTH).contains(width));
    wrong.map_or(Ok(()), |at| {
        check(&format!("{key}[{at}]"), widths[at], false, || format!("1 to {MAX_WIDTH}"))
    })
}
