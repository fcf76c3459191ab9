//! The hyperparameters: each with its bounds, prior and starts.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `θ` | `ln ℓ_1 … ln ℓ_d, ln σ_f², ln σ_a², ln ρ, ln σ_n², m` | d + 5 |
//!
//! Every prior is a normal density over a coordinate of θ. Over the quantity itself that is a log-normal
//! with the same mode; a mode does not move when it is written as the exponential of another location.

use super::safe_math::HALF_LN_2PI;

/// What a Gaussian process is made of, for losses standardised to mean 0 and variance 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Hyperparameters {
    /// `ℓ_k`, one per column, in units of the cube's side.
    pub length_scales: Vec<f64>,
    /// `σ_f²`, variance of the part of the latent function in which all columns act jointly.
    pub signal_variance: f64,
    /// `σ_a²`, variance of the part that is a sum of functions of one column; 0 for none.
    pub additive_variance: f64,
    /// `ρ`, length scales of the additive part in units of `length_scales`.
    pub additive_ratio: f64,
    /// `σ_n²`, variance of the noise on a loss.
    pub noise_variance: f64,
    /// `m`, the constant mean.
    pub mean: f64,
}

/// Assumptions about a function before any loss is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prior {
    /// Whether the kernel has an additive part.
    pub additive: bool,
    /// Assumption about the noise.
    pub noise: NoisePrior,
}

impl Default for Prior {
    fn default() -> Self {
        Self { additive: true, noise: NoisePrior::Slight }
    }
}

/// Assumption about the noise's share of the outcomes' variance: a log-normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoisePrior {
    /// Around 5e-5, 95 % between 1e-6 and 0.002. A search goes by it: doubting good losses for no
    /// reason costs trials.
    Slight,
    /// Around 0.007, 95 % between 1e-4 and 0.4. For a judgement: a few dozen losses can often be had
    /// without noise or with much of it, and who assumes none takes the luckiest at its word.
    Open,
}

impl NoisePrior {
    /// The density of `ln σ_n²`.
    fn normal(self) -> Normal {
        let center = match self {
            Self::Slight => -10.0,
            Self::Open => -5.0,
        };
        Normal { center, deviation: 2.0 }
    }
}

/// A normal density.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub(super) center: f64,
    pub(super) deviation: f64,
}

/// One line of the table: a coordinate of θ.
#[derive(Clone, Copy)]
struct Coordinate {
    /// The quantity, as errors call it.
    name: &'static str,
    /// Least and greatest value of the coordinate in a search.
    bounds: (f64, f64),
    /// Density before any loss is seen, for a number of columns and an assumption about the noise.
    prior: fn(f64, NoisePrior) -> Normal,
    /// Where a search starts, for a number of columns.
    starts: fn(f64) -> Vec<f64>,
}

/// Something for each hyperparameter besides the length scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scalars<T> {
    pub(super) signal_variance: T,
    pub(super) additive_variance: T,
    pub(super) additive_ratio: T,
    pub(super) noise_variance: T,
    pub(super) mean: T,
}

/// How many hyperparameters there are besides the length scales.
const SCALARS: usize = 5;

impl<T> Scalars<T> {
    /// In the order of θ.
    fn into_array(self) -> [T; SCALARS] {
        let Self { signal_variance, additive_variance, additive_ratio, noise_variance, mean } =
            self;
        [signal_variance, additive_variance, additive_ratio, noise_variance, mean]
    }

    /// From the order of θ.
    fn from_array(values: [T; SCALARS]) -> Self {
        let [signal_variance, additive_variance, additive_ratio, noise_variance, mean] = values;
        Self { signal_variance, additive_variance, additive_ratio, noise_variance, mean }
    }
}

/// Columns from which on the deviation of a length scale grows, and by how much with every e-fold.
const MANY_COLUMNS: f64 = 8.0;
const GROWTH: f64 = 0.25;

/// `ln ℓ_k`.
const LENGTH_SCALE: Coordinate = Coordinate {
    name: "a length scale",
    // From a tenth of the cube's side, below which a few dozen points say nothing and an outlier would
    // rather bend the function than count as noise, to where the function is flat in that column.
    bounds: (-2.3, 9.2),
    // Around 0.2 √d, since distances in the cube grow with √d (Hvarfner, Hellsten & Nardi 2024, arXiv
    // 2402.02229, whose prior has the same mode). Its deviation is 1, where theirs is √3: in a few
    // dimensions the tighter one finds better points in fewer trials. It grows with the dimension, for
    // of many parameters most do not matter.
    prior: |d, _| Normal {
        center: (0.2 * d.sqrt()).ln(),
        deviation: 1.0 + GROWTH * (d / MANY_COLUMNS).max(1.0).ln(),
    },
    // Short, middling and long for the dimension.
    starts: |d| [0.2, 0.6, 2.0].map(|length_scale| f64::ln(length_scale * d.sqrt())).to_vec(),
};

/// The other coordinates. Bounds are for standardised losses.
const OTHERS: Scalars<Coordinate> = Scalars {
    // `ln σ_f²`
    signal_variance: Coordinate {
        name: "the signal variance",
        bounds: (-7.0, 7.0),
        // Around 1, as losses are standardised, and the few first ones must not talk the model into
        // another scale.
        prior: |_, _| Normal { center: 0.0, deviation: 1.0 },
        starts: |_| vec![0.0],
    },
    // `ln σ_a²`
    additive_variance: Coordinate {
        name: "the additive variance",
        bounds: (-9.0, 7.0),
        // Around 0.08: the additive part has to be earned.
        prior: |_, _| Normal { center: -2.5, deviation: 1.0 },
        starts: |_| vec![-2.0],
    },
    // `ln ρ`
    additive_ratio: Coordinate {
        name: "the ratio of length scales",
        bounds: (-5.0, 3.0),
        // Around 0.4 / √d, for a single column does not see distances grow.
        prior: |d, _| Normal { center: -1.0 - 0.5 * d.ln(), deviation: 1.0 },
        starts: |d| vec![-0.5 * d.ln()],
    },
    // `ln σ_n²`
    noise_variance: Coordinate {
        name: "the noise variance",
        // From 1e-6, which keeps K well conditioned, to more than all the variance.
        bounds: (-13.8, 2.3),
        // BoTorch's LogNormal(−4, 1) insists on noise where there is none: 60 exact values of a sine
        // were fitted with 0.1 % noise, and the search stopped early on noiseless problems.
        prior: |_, noise| noise.normal(),
        // Little and much.
        starts: |_| [1e-4_f64, 1e-2].map(f64::ln).to_vec(),
    },
    // `m`
    mean: Coordinate {
        name: "the mean",
        bounds: (-8.0, 8.0),
        prior: |_, _| Normal { center: 0.0, deviation: 1.0 },
        starts: |_| vec![0.0],
    },
};

/// The table of `d` columns' θ, in its order.
fn coordinates(d: usize) -> impl Iterator<Item = Coordinate> + Clone {
    std::iter::repeat_n(LENGTH_SCALE, d).chain(OTHERS.into_array())
}

/// A vector in the order of θ.
pub(super) fn join(mut length_scales: Vec<f64>, others: Scalars<f64>) -> Vec<f64> {
    length_scales.extend(others.into_array());
    length_scales
}

/// The length scales' part of a vector in the order of θ, and the rest.
fn split(theta: &[f64]) -> (&[f64], Scalars<f64>) {
    let (length_scales, others) = theta.split_at(theta.len() - SCALARS);
    (length_scales, Scalars::from_array(std::array::from_fn(|i| others[i])))
}

/// Bounds of a search, in the order of θ.
pub(super) fn bounds(d: usize) -> Vec<(f64, f64)> {
    coordinates(d).map(|coordinate| coordinate.bounds).collect()
}

/// Whether θ lies within the bounds of a search.
pub(super) fn within_bounds(theta: &[f64]) -> bool {
    let pairs = theta.iter().zip(coordinates(theta.len() - SCALARS));
    pairs.into_iter().all(|(t, Coordinate { bounds: (low, high), .. })| (low..=high).contains(t))
}

/// The priors of `d` columns' θ, in its order.
pub(super) fn priors(d: usize, noise: NoisePrior) -> Vec<Normal> {
    coordinates(d).map(|coordinate| (coordinate.prior)(d as f64, noise)).collect()
}

/// The log prior density of θ, and its gradient in the order of θ.
pub(super) fn log_prior(theta: &[f64], noise: NoisePrior) -> (f64, Vec<f64>) {
    let priors = priors(theta.len() - SCALARS, noise);
    let (mut log, mut gradient) = (0.0, Vec::with_capacity(theta.len()));
    for (theta, prior) in theta.iter().zip(priors) {
        let u = (theta - prior.center) / prior.deviation;
        log -= 0.5 * u * u + prior.deviation.ln() + HALF_LN_2PI;
        gradient.push(-u / prior.deviation);
    }
    (log, gradient)
}

/// Where a search starts: every combination of the hyperparameters' starts, all length scales alike.
pub(super) fn starts(d: usize) -> Vec<Vec<f64>> {
    let columns = d as f64;
    let alike = (LENGTH_SCALE.starts)(columns).into_iter().map(|start| vec![start; d]).collect();
    OTHERS.into_array().into_iter().fold(alike, |starts: Vec<Vec<f64>>, coordinate| {
        let values = (coordinate.starts)(columns);
        let longer = starts.iter().flat_map(|start| {
            values.iter().map(move |&value| [start.as_slice(), &[value]].concat())
        });
        longer.collect()
    })
}

impl Hyperparameters {
    /// The hyperparameters that θ stands for, with an additive part or without.
    pub(super) fn from_theta(theta: &[f64], additive: bool) -> Self {
        let (length_scales, others) = split(theta);
        Self {
            length_scales: length_scales.iter().map(|log| log.exp()).collect(),
            signal_variance: others.signal_variance.exp(),
            additive_variance: if additive { others.additive_variance.exp() } else { 0.0 },
            additive_ratio: others.additive_ratio.exp(),
            noise_variance: others.noise_variance.exp(),
            mean: others.mean,
        }
    }

    /// θ of these, within the bounds of a search where there is no additive part.
    pub(super) fn to_theta(&self) -> Vec<f64> {
        let length_scales = self.length_scales.iter().map(|l| l.ln()).collect();
        let (least_additive, _) = OTHERS.additive_variance.bounds;
        let others = Scalars {
            signal_variance: self.signal_variance.ln(),
            additive_variance: self.additive_variance.ln().max(least_additive),
            additive_ratio: self.additive_ratio.ln(),
            noise_variance: self.noise_variance.ln(),
            mean: self.mean,
        };
        join(length_scales, others)
    }

    /// What must be above 0, with its name.
    pub(super) fn positive(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let length_scales = self.length_scales.iter().map(|&l| (LENGTH_SCALE.name, l));
        length_scales.chain([
            (OTHERS.signal_variance.name, self.signal_variance),
            (OTHERS.additive_ratio.name, self.additive_ratio),
            (OTHERS.noise_variance.name, self.noise_variance),
        ])
    }

    /// What must not be below 0, with its name: the additive part may be absent.
    pub(super) fn not_negative(&self) -> (&'static str, f64) {
        (OTHERS.additive_variance.name, self.additive_variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prior_gradient_matches_central_differences() {
        let theta = [0.3, -1.2, 0.4, -2.0, 0.1, -3.0, 0.7];
        let (_, gradient) = log_prior(&theta, NoisePrior::Open);
        for i in 0..theta.len() {
            let at = |h: f64| {
                let mut moved = theta;
                moved[i] += h;
                log_prior(&moved, NoisePrior::Open).0
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((gradient[i] - numeric).abs() < 1e-8 * numeric.abs().max(1.0));
        }
    }

    #[test]
    fn theta_stands_for_its_hyperparameters_and_searches_start_inside() {
        let starts = starts(3);
        assert_eq!(starts.len(), 6);
        for theta in starts {
            assert!(within_bounds(&theta));
            let back = Hyperparameters::from_theta(&theta, true).to_theta();
            assert!(back.iter().zip(&theta).all(|(a, b)| (a - b).abs() < 1e-14), "{back:?}");
            let without = Hyperparameters::from_theta(&theta, false);
            assert_eq!(without.additive_variance, 0.0);
            assert!(within_bounds(&without.to_theta()));
        }
    }
}
