//! The Gaussian process over a search space: fitted to a history, asked in parameters.

use nalgebra::{DMatrix, DVector};

use super::warp::Warp;
use super::{GpSettings, Part};
use crate::gp::{Column, Ensemble, GpError, NoisePrior, Prior, Values};
use crate::space::{Parameter, Params, SearchSpace};
use crate::trial::{History, Observation};

/// Ordered domains with more levels are searched on an even choice of this many.
const MAX_LEVELS: u64 = 1024;

/// Most observations that a model for pictures and predictions is fitted to. Time grows with their
/// cube: at this many a fit takes seconds.
const MAX_OBSERVATIONS: usize = 2000;

/// The least span of a search's warp, in standard deviations of the noise. Nearer than that a loss beyond the
/// median may be bad luck, and compressing luck makes the good losses look more certain than they are.
const NOISE_SPAN: f64 = 10.0;

/// Hyperparameters drawn for a search where there are choices. Which of them matter is open for long: the
/// most probable hyperparameters are sure that some do not, and a search that believes them never tries
/// those again. Draws disagree about it. Without choices the average was no better, and slower to exploit.
const SEARCH_DRAWS: usize = 5;

/// Hyperparameters drawn for a judgement. With 100 in their place its intervals are too narrow more
/// often, with 400 no less often.
const JUDGING_DRAWS: usize = 200;

/// Most observations that so many hyperparameters are drawn for: a draw costs O(n³), and with more
/// observations hyperparameters are known better.
const DRAWN: usize = 100;

/// A loss is a freak if it surprises the model this many times as much as losses usually do, for the worse.
/// Of losses with plain noise hardly any is.
const FREAK: f64 = 4.0;

/// Points predicted together; bounds the memory.
const BATCH: usize = 1024;

/// A model of the loss, fitted to a history.
#[derive(Clone, Debug)]
pub struct Surrogate {
    space: SearchSpace,
    warp: Warp,
    gp: Ensemble,
}

/// What the model says of one point, in units of the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Its median: the mean of the latent function, save where losses are so far beyond the median
    /// of all that the model sees them compressed.
    pub loss: f64,
    /// Its standard error: the standard deviation of the latent function, without measurement noise;
    /// to first order where losses are compressed.
    pub standard_error: f64,
}

/// Fits the model that the `gp` sampler maximises its acquisition over; `key` decides the
/// hyperparameters drawn.
///
/// It is made to find better trials, not to describe: trials without a loss count as the worst loss
/// seen, so that it keeps away from where trials fail, and losses beyond the median are compressed, so
/// that it tells the good ones apart. Pending trials are left out. Of more trials than the settings
/// allow the better ones and an even choice of the others take part.
///
/// # Errors
/// [`GpError::NoObservations`] if no finished trial has a loss;
/// [`GpError::NotPositiveDefinite`] if rounding defeats the fit.
pub(super) fn search_ensemble(
    space: &SearchSpace,
    history: &History,
    settings: &GpSettings,
    key: u64,
) -> Result<Ensemble, GpError> {
    let observations = &history.observations;
    let worst = observations.iter().filter_map(finite_loss).reduce(f64::max);
    let worst = worst.ok_or(GpError::NoObservations)?;
    let points = observations.iter().map(|o| (&o.params, finite_loss(o).unwrap_or(worst)));
    let (params, losses): (Vec<_>, Vec<_>) = points.unzip();
    let warp = match settings.uses(Part::Compression) {
        true => search_warp(space, &losses),
        false => Warp::none(),
    };
    let prior = Prior { additive: settings.uses(Part::Additive), ..Prior::default() };
    let averaged = settings.uses(Part::Averaging) && has_choices(space);
    let fit = |warp| {
        let (columns, x, y) = table(space, &params, &losses, warp, settings.observations);
        let draws = if averaged && y.len() <= DRAWN { SEARCH_DRAWS } else { 0 };
        Ensemble::fit(&columns, x, &y, prior, draws, key)
    };
    let ensemble = fit(warp)?;
    // How much noise there is, only a fit can tell.
    let wider = warp.with_span_at_least(NOISE_SPAN * ensemble.noise_deviation());
    if wider == warp { Ok(ensemble) } else { fit(wider) }
}

fn search_warp(space: &SearchSpace, losses: &[f64]) -> Warp {
    Warp::search(losses, has_choices(space))
}

fn has_choices(space: &SearchSpace) -> bool {
    space.parameters().iter().any(|p| !p.domain.is_ordered())
}

/// Fits the same kind of model to describe what was measured, for pictures and predictions: to the
/// losses as they are, and to no trial that failed. Only disasters, losses many times as far from the
/// typical one as the best, are compressed: with them as they are nothing else could be seen.
///
/// # Errors
/// [`GpError::NoObservations`] if no finished trial has a loss;
/// [`GpError::NotPositiveDefinite`] if rounding defeats the fit.
pub fn descriptive_surrogate(space: &SearchSpace, history: &History) -> Result<Surrogate, GpError> {
    let observations = history.observations.iter();
    let points = observations.filter_map(|o| Some((&o.params, finite_loss(o)?)));
    let (params, losses): (Vec<_>, Vec<_>) = points.unzip();
    // The first trials fill the space; later ones crowd around the best and say little of the rest.
    let first = losses.len().min(super::initial_trials(space.len()));
    if first == 0 {
        return Err(GpError::NoObservations);
    }
    let warp = Warp::disasters(&losses, &losses[..first]);
    let (columns, x, y) = table(space, &params, &losses, warp, MAX_OBSERVATIONS);
    let gp = Ensemble::fit(&columns, x, &y, Prior::default(), 0, 0)?;
    Ok(Surrogate { space: space.clone(), warp, gp })
}

/// Fits the same kind of model to judge trials: which is best when luck is discounted, and how sure
/// that is. Losses count as in a search, but nothing is taken for granted: the prior of the noise is
/// open, and the model is the average over draws of all hyperparameters. A single most probable set of
/// them is surer of everything than it can be, and a search has picked the trials that flatter it.
/// Freaks do not count: losses so far above what the others make the model expect that the noise in those
/// cannot explain them. A freak says that something went wrong once, not that its parameters are bad.
///
/// # Errors
/// As [`descriptive_surrogate`].
pub fn judging_surrogate(space: &SearchSpace, history: &History) -> Result<Surrogate, GpError> {
    let observations = history.observations.iter();
    let points = observations.filter_map(|o| Some((&o.params, finite_loss(o)?)));
    let (params, losses): (Vec<_>, Vec<_>) = points.unzip();
    if losses.is_empty() {
        return Err(GpError::NoObservations);
    }
    let warp = search_warp(space, &losses);
    let (columns, x, y) = table(space, &params, &losses, warp, MAX_OBSERVATIONS);
    let fit = |y: &DVector<f64>, rows: &[usize], prior, draws| {
        Ensemble::fit(&columns, x.select_rows(rows), &y.select_rows(rows), prior, draws, 0)
    };
    // Freaks show in losses as they are: compressed, they look like other bad ones.
    let (_, _, plain) = table(space, &params, &losses, Warp::none(), MAX_OBSERVATIONS);
    let surprises = |rows: &[usize]| Ok(fit(&plain, rows, Prior::default(), 0)?.surprises());
    let kept = without_freaks(plain.len(), surprises)?;
    let prior = Prior { noise: NoisePrior::Open, ..Prior::default() };
    let gp = fit(&y, &kept, prior, judging_draws(kept.len()))?;
    Ok(Surrogate { space: space.clone(), warp, gp })
}

/// Which of `n` observations are no freaks, by the surprises of a model fitted to some of them; at least
/// three quarters.
fn without_freaks(
    n: usize,
    surprises: impl Fn(&[usize]) -> Result<Vec<f64>, GpError>,
) -> Result<Vec<usize>, GpError> {
    let mut kept: Vec<usize> = (0..n).collect();
    loop {
        let surprises = surprises(&kept)?;
        let mut sizes: Vec<f64> = surprises.iter().map(|s| s.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        // 1.48 medians of a normal sample's sizes make a standard deviation. By the median, so that freaks
        // have no say in what is usual.
        let usual = 1.48 * sizes[sizes.len() / 2];
        let pairs = kept.iter().zip(&surprises);
        let ordinary = pairs.filter(|(_, surprise)| **surprise <= FREAK * usual);
        let rest: Vec<usize> = ordinary.map(|(&i, _)| i).collect();
        // Without the worst freaks the next ones show.
        if rest.len() == kept.len() || 4 * rest.len() < 3 * n {
            return Ok(kept);
        }
        kept = rest;
    }
}

/// For more than [`DRAWN`] observations as many as cost the same; none where that is but a few.
fn judging_draws(observations: usize) -> usize {
    let cost = (observations as f64 / DRAWN as f64).powi(3).max(1.0);
    let draws = (JUDGING_DRAWS as f64 / cost) as usize;
    if draws < SEARCH_DRAWS { 0 } else { draws }
}

fn finite_loss(observation: &Observation) -> Option<f64> {
    observation.loss.filter(|loss| loss.is_finite())
}

/// Columns, points and warped losses of at most `most` trials.
fn table(
    space: &SearchSpace,
    params: &[&Params],
    losses: &[f64],
    warp: Warp,
    most: usize,
) -> (Vec<Column>, DMatrix<f64>, DVector<f64>) {
    let kept = representatives(losses, most);
    let units: Vec<Vec<f64>> = kept.iter().map(|&i| space.encode(params[i])).collect();
    let columns = space.parameters().iter().map(column).collect();
    let y = kept.iter().map(|&i| warp.apply(losses[i]));
    (columns, rows(&units, space.len()), DVector::from_iterator(kept.len(), y))
}

/// Indices, ascending, of the trials a model is fitted to: all of them, or the best ones for half of
/// `most` and an even choice of the rest by loss.
fn representatives(losses: &[f64], most: usize) -> Vec<usize> {
    let n = losses.len();
    let mut order: Vec<usize> = (0..n).collect();
    if n > most {
        order.sort_by(|&a, &b| losses[a].total_cmp(&losses[b]));
        let half = most / 2;
        let others = (0..most - half).map(|i| order[half + i * (n - half) / (most - half)]);
        order = order[..half].iter().copied().chain(others).collect();
        order.sort_unstable();
    }
    order
}

impl Surrogate {
    /// The prediction for parameters of the model's space.
    pub fn predict(&self, params: &Params) -> Prediction {
        // One point, one prediction.
        self.predict_units(&[self.space.encode(params)])[0]
    }

    /// Predictions at points of the unit cube, one coordinate a parameter. A point stands for the
    /// parameters it decodes to. Coordinates as [`SearchSpace::decode`] takes them; missing ones count
    /// as the middle.
    pub fn predict_units(&self, units: &[Vec<f64>]) -> Vec<Prediction> {
        units.chunks(BATCH).flat_map(|units| self.predict_batch(units)).collect()
    }

    #[allow(clippy::expect_used, reason = "cannot fail: see the message")]
    fn predict_batch(&self, units: &[Vec<f64>]) -> Vec<Prediction> {
        let units: Vec<Vec<f64>> = units.iter().map(|unit| self.space.snap(unit)).collect();
        let posterior = self
            .gp
            .posterior(&rows(&units, self.space.len()))
            .expect("snapped points are finite, and rows are as wide as the space");
        let pairs = posterior.mean.iter().zip(&posterior.standard_deviation);
        let prediction = |(&warped, &deviation): (&f64, &f64)| {
            let (loss, slope) = self.warp.undo(warped);
            Prediction { loss, standard_error: deviation * slope }
        };
        pairs.map(prediction).collect()
    }

    /// Length scales of the model's columns, in units of the cube's side.
    pub fn length_scales(&self) -> Vec<f64> {
        self.gp.length_scales()
    }
}

/// The points as rows of a matrix with `d` columns; ½ where a point is too short.
pub(super) fn rows(points: &[Vec<f64>], d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), d, |i, k| points[i].get(k).copied().unwrap_or(0.5))
}

/// How the coordinate of a parameter may move.
fn column(parameter: &Parameter) -> Column {
    let values = match (&parameter.domain, parameter.domain.levels()) {
        (_, None) => Values::Continuous,
        (domain, _) if !domain.is_ordered() => {
            Values::Categorical(domain.level_units().unwrap_or_default())
        }
        (domain, Some(count)) if count <= MAX_LEVELS => {
            Values::Ordered(domain.level_units().unwrap_or_default())
        }
        (domain, Some(_)) => {
            let even = (0..=MAX_LEVELS).map(|i| i as f64 / MAX_LEVELS as f64);
            let mut levels: Vec<f64> = even.map(|u| domain.snap(u)).collect();
            levels.dedup();
            Values::Ordered(levels)
        }
    };
    Column { values, conditional: parameter.condition.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_observations_are_thinned_to_the_best_and_some_of_all() {
        let losses: Vec<f64> = (0..7001).map(|i| f64::from(i * 3001 % 7001)).collect();
        let kept = representatives(&losses, 2000);
        assert_eq!(kept.len(), 2000);
        assert!(kept.is_sorted_by(|a, b| a < b));
        let mut values: Vec<f64> = kept.iter().map(|&i| losses[i]).collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values[..1000], (0..1000).map(f64::from).collect::<Vec<_>>());
        assert!(values[1999] > 6990.0);
        assert_eq!(representatives(&losses[..2000], 2000), (0..2000).collect::<Vec<_>>());
    }

    /// The deviation of the noise that the search's model finds, with the warp and without.
    fn noise_found(loss: impl Fn(usize) -> f64) -> [f64; 2] {
        use crate::space::Domain;
        use crate::trial::TrialNumber;
        let x = Parameter::new("x", Domain::float(0.0, 1.0).unwrap());
        let space = SearchSpace::new(vec![x]).unwrap();
        let observe = |i: usize| Observation {
            number: TrialNumber(i as u64),
            params: space.decode(&[i as f64 / 39.0]),
            loss: Some(loss(i)),
        };
        let observations = (0..40).map(observe).collect();
        let history = History { observations, ..History::default() };
        let plain = GpSettings { without: vec![Part::Compression], ..GpSettings::default() };
        [GpSettings::default(), plain].map(|settings| {
            search_ensemble(&space, &history, &settings, 1).unwrap().noise_deviation()
        })
    }

    #[test]
    fn freaks_are_set_aside_but_no_more_than_a_quarter() {
        let plain: Vec<f64> = (0..20).map(|i| (1.7 * f64::from(i * i)).sin()).collect();
        let set_aside = |freaks: &[f64]| -> Vec<f64> {
            let values = [plain.as_slice(), freaks].concat();
            // As long as all take part, the large freak hides the small one.
            let surprises = |rows: &[usize]| {
                let hidden = rows.len() == values.len() && freaks.len() > 1;
                let seen = |&i: &usize| if hidden && values[i] < 100.0 { 0.1 } else { values[i] };
                Ok(rows.iter().map(seen).collect())
            };
            let kept = without_freaks(values.len(), surprises).unwrap();
            (0..values.len()).filter(|i| !kept.contains(i)).map(|i| values[i]).collect()
        };
        assert!(set_aside(&[]).is_empty());
        assert_eq!(set_aside(&[1e6, 7.0]), [1e6, 7.0]);
        // Surprisingly good is no freak, and too many are a part of the function.
        assert!(set_aside(&[-1e6]).is_empty());
        assert!(set_aside(&[1e6; 7]).is_empty());
    }

    #[test]
    fn losses_within_reach_of_the_noise_are_not_compressed() {
        // Skewed: much of it lies more than a span beyond the median.
        let noise = |i: usize| [-1.0, -0.5, 0.0, 2.0, 4.0][i * 3 % 5];
        let [warped, plain] = noise_found(noise);
        assert_eq!(warped, plain);
        let [warped, plain] = noise_found(|i| 0.01 * noise(i) + (0.3 * i as f64).exp());
        assert!(warped < plain, "{warped} {plain}");
    }

    #[test]
    fn huge_domains_become_columns_of_their_own_levels() {
        use crate::space::{Domain, IntDomain, Scale};
        let domain = Domain::Int(IntDomain::new(1, 1 << 40, Scale::Log, 1).unwrap());
        let column = column(&Parameter::new("n", domain.clone()));
        let Values::Ordered(levels) = column.values else { panic!("not ordered") };
        assert!(levels.len() > 900 && levels.len() <= 1025, "{}", levels.len());
        assert!(levels.is_sorted_by(|a, b| a < b));
        assert!(levels.iter().all(|&u| domain.snap(u) == u));
        assert_eq!(domain.decode(levels[0]), domain.decode(0.0));
        assert_eq!(domain.decode(levels[levels.len() - 1]), domain.decode(1.0));
    }
}
