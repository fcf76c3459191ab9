//! How the learning rate changes while a network is trained.

use std::f64::consts::PI;

use crate::objective::cnn::error::{SettingsError, check};

/// How the learning rate changes while a network is trained: its course, times a warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Schedule {
    /// The course over the whole training.
    pub course: Course,
    /// Epochs over which the learning rate grows in equal steps to what it would be without, from 0
    /// to all of them; a part of an epoch is allowed. Goyal et al., <https://arxiv.org/abs/1706.02677>.
    pub warmup: f64,
}

/// The course of the learning rate over the whole training, as a factor of the setting `lr`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Course {
    /// 1 throughout.
    #[default]
    Constant,
    /// Times `gamma` after every so many epochs: PyTorch's `StepLR`, stepped once an epoch.
    Step {
        /// Epochs, at least 1.
        every: u32,
        /// Above 0, at most 1.
        gamma: f64,
    },
    /// Half a cosine from 1 towards `end`, a little with every batch: PyTorch's `CosineAnnealingLR`
    /// with `T_max` the batches of the training and `eta_min` = `end` · `lr`. Loshchilov & Hutter,
    /// <https://arxiv.org/abs/1608.03983>, without restarts.
    Cosine {
        /// 0 to 1.
        end: f64,
    },
    /// Half a cosine up from 1/`div_factor` to 1, then one down to 1/(`div_factor` ·
    /// `final_div_factor`), a little with every batch: PyTorch's `OneCycleLR`, with `max_lr` = `lr`
    /// and without cycling the momentum. Smith & Topin, <https://arxiv.org/abs/1708.07120>.
    OneCycle {
        /// Share of the training in which the learning rate grows, 0 to 1.
        pct_start: f64,
        /// At least 1.
        div_factor: f64,
        /// At least 1.
        final_div_factor: f64,
    },
}

impl Schedule {
    /// What the learning rate is multiplied with in a step, counted from 0, of a training of so many
    /// `epochs` of `steps_per_epoch` (at least 1) steps each. From 0 to 1, and a function of these
    /// numbers alone.
    pub fn factor(&self, step: u64, steps_per_epoch: u64, epochs: u32) -> f64 {
        let total = steps_per_epoch as f64 * f64::from(epochs);
        let at = step as f64;
        let course = match self.course {
            Course::Constant => 1.0,
            Course::Step { every, gamma } => {
                let times = step / steps_per_epoch.max(1) / u64::from(every.max(1));
                gamma.powf(times as f64)
            }
            Course::Cosine { end } => half_cosine(1.0, end, at / total),
            Course::OneCycle { pct_start, div_factor, final_div_factor } => {
                let start = 1.0 / div_factor;
                // Where each half ends, as in PyTorch: one before zero is no step of the first.
                let (peak, last) = (pct_start * total - 1.0, total - 1.0);
                if at < peak {
                    half_cosine(start, 1.0, at / peak)
                } else if peak == last {
                    1.0
                } else {
                    half_cosine(1.0, start / final_div_factor, (at - peak) / (last - peak))
                }
            }
        };
        let warmup = self.warmup * steps_per_epoch as f64;
        if at + 1.0 < warmup { course * (at + 1.0) / warmup } else { course }
    }

    pub(super) fn validate(&self, epochs: u32) -> Result<(), SettingsError> {
        let share = || "from 0 to 1".to_owned();
        let divisor = || "a finite number from 1".to_owned();
        match self.course {
            Course::Constant => {}
            Course::Step { every, gamma } => {
                check("schedule.every", every, every >= 1, || "at least 1 epoch".to_owned())?;
                check("schedule.gamma", gamma, gamma > 0.0 && gamma <= 1.0, || {
                    "above 0 and at most 1".to_owned()
                })?;
            }
            Course::Cosine { end } => {
                check("schedule.final", end, (0.0..=1.0).contains(&end), share)?;
            }
            Course::OneCycle { pct_start, div_factor, final_div_factor } => {
                let fits = |x: f64| x.is_finite() && x >= 1.0;
                check("schedule.pct_start", pct_start, (0.0..=1.0).contains(&pct_start), share)?;
                check("schedule.div_factor", div_factor, fits(div_factor), divisor)?;
                let key = "schedule.final_div_factor";
                check(key, final_div_factor, fits(final_div_factor), divisor)?;
            }
        }
        let (most, expected) = match self.course {
            Course::OneCycle { .. } => (0, "0 with one_cycle, which warms up by itself".to_owned()),
            _ => (epochs, format!("0 to {epochs} epochs")),
        };
        let fits = (0.0..=f64::from(most)).contains(&self.warmup);
        check("schedule.warmup", self.warmup, fits, || expected)
    }
}

/// From `start` at 0 to `end` at 1 along half a cosine.
fn half_cosine(start: f64, end: f64, at: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * at).cos())
}
