//! A network of any depth and width, as a user chooses it.

use super::super::check_dropout;
use crate::objective::cnn::architecture::{Activation, Init};
use crate::objective::cnn::error::{SettingsError, check};

/// The widest layer.
const MAX_WIDTH: i64 = 65_536;
/// The most blocks, and the most linear layers.
const MAX_LAYERS: usize = 64;

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

impl CnnModel {
    /// Checks every range.
    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
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
