//! Losses as the model sees them: those far worse than the median are compressed.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `y` | a loss, in the study's units |
//! | `q` | the median of the losses |
//! | `s` | the span: median minus least loss; three times that where there are choices; more with much noise |
//! | `e` | `(y − q) / s`, how far beyond the median |
//! | `c` | the ceiling |
//! | `w` | the warped loss: `y` where `e ≤ 1`, else `q + s (1 + ln e / (1 + ln e / c))` |
//!
//! A learning rate too large gives losses many orders of magnitude beyond all others. Standardised
//! with them, the good ones all become the same number, and the model learns where it diverges and
//! nothing else. The warp is smooth, keeps the order, and leaves the better half alone; the idea, that
//! what matters is told apart among good losses, is that of the output warping in Vizier (Song et al.
//! 2024, arXiv 2408.11527).
//!
//! Where there are choices the warp begins later. What a bad point tells of its choice is little, but more
//! than that it is bad: squeezed together with all other bad ones it makes the search give the choice up.
//!
//! For a search the warp has a ceiling: no loss counts as more than `1 + c` spans beyond the median, so
//! that a single outlier among good trials does not hide them. The order is kept all the same.
//!
//! As trials crowd around the best, the span shrinks and the warp bites: good for telling them apart,
//! which is what a search needs, and bad for a picture of the whole. So pictures take another span.

/// Spans by which the logarithm of a loss beyond the median counts at most in a search.
const CEILING: f64 = 3.0;

/// The span where there are choices, in its usual size.
const CHOICES: f64 = 3.0;

/// A monotone, invertible map of losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Warp {
    median: f64,
    /// Above 0; infinite where there is nothing to compress.
    span: f64,
    /// Above 0; infinite for none.
    ceiling: f64,
}

impl Warp {
    /// The warp that helps a search, for these finite losses, at least one, in a space with choices or
    /// without.
    pub(super) fn search(losses: &[f64], choices: bool) -> Self {
        let median = median(losses);
        let size = if choices { CHOICES } else { 1.0 };
        Self::beyond(median, size * (median - least(losses)), CEILING)
    }

    /// The warp of outliers alone: losses farther above the median of `typical` than ten times
    /// its distance to the least of all. Both lists hold finite losses, at least one.
    pub(super) fn outliers(losses: &[f64], typical: &[f64]) -> Self {
        let median = median(typical);
        Self::beyond(median, 10.0 * (median - least(losses)), f64::INFINITY)
    }

    /// No warp.
    pub(super) fn none() -> Self {
        Self { median: 0.0, span: f64::INFINITY, ceiling: f64::INFINITY }
    }

    /// A warp that begins at least this far beyond the median, else equal.
    pub(super) fn with_span_at_least(self, span: f64) -> Self {
        Self { span: self.span.max(span), ..self }
    }

    fn beyond(median: f64, span: f64, ceiling: f64) -> Self {
        let usable = span > 0.0 && span.is_finite();
        Self { median, span: if usable { span } else { f64::INFINITY }, ceiling }
    }

    /// The warped loss.
    pub(super) fn apply(&self, loss: f64) -> f64 {
        // Halved, so that the difference of two finite losses stays finite.
        let half_excess = 0.5 * loss - 0.5 * self.median;
        if half_excess <= 0.5 * self.span {
            return loss;
        }
        let log_excess = half_excess.ln() + std::f64::consts::LN_2 - self.span.ln();
        self.median + self.span * (1.0 + log_excess / (1.0 + log_excess / self.ceiling))
    }

    /// The loss that warps to `warped`, at most the largest f64, and the derivative `dy/dw` there.
    pub(super) fn undo(&self, warped: f64) -> (f64, f64) {
        let excess = (warped - self.median) / self.span;
        if excess.is_nan() || excess <= 1.0 {
            return (warped, 1.0);
        }
        let log_excess = (excess - 1.0) / (1.0 - (excess - 1.0) / self.ceiling).max(f64::EPSILON);
        let ratio = log_excess.exp();
        let slope = ratio * (1.0 + log_excess / self.ceiling).powi(2);
        ((self.median + self.span * ratio).min(f64::MAX), slope)
    }
}

/// The lower median.
fn median(losses: &[f64]) -> f64 {
    let mut sorted = losses.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) / 2]
}

fn least(losses: &[f64]) -> f64 {
    losses.iter().copied().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_better_half_and_the_order() {
        let losses = [0.1, 0.2, 0.3, 0.4, 1e6, 1e9, 1e300];
        let warp = Warp::search(&losses, false);
        let warped: Vec<f64> = losses.iter().map(|&y| warp.apply(y)).collect();
        assert_eq!(warped[..4], losses[..4]);
        assert!(warped.is_sorted_by(|a, b| a < b), "{warped:?}");
        // 1e9 is e = 3.3e9 spans beyond the median, and ln e = 21.9 counts as 21.9 / (1 + 21.9 / 3).
        let log = (1e9_f64 / 0.3).ln();
        assert!((warped[5] - 0.4 - 0.3 * (1.0 + log / (1.0 + log / 3.0))).abs() < 1e-6);
        assert!(warped[6] < 0.4 + 0.3 * 4.0);
    }

    #[test]
    fn choices_keep_three_times_as_much() {
        let losses = [0.0, 1.0, 3.9, 4.1, 9.0];
        let (plain, choices) =
            (Warp::search(&losses[..3], false), Warp::search(&losses[..3], true));
        assert!(plain.apply(3.9) < 3.9);
        assert_eq!(losses.map(|y| choices.apply(y) == y), [true, true, true, false, false]);
    }

    #[test]
    fn a_wider_span_leaves_more_as_it_is() {
        let losses = [0.0, 1.0, 3.9, 6.0];
        let warp = Warp::search(&losses[..3], false);
        let wider = warp.with_span_at_least(4.0);
        assert_eq!(losses.map(|y| wider.apply(y) == y), [true, true, true, false]);
        assert_eq!(wider.with_span_at_least(3.0), wider);
        assert_eq!(Warp::none().with_span_at_least(3.0), Warp::none());
    }

    #[test]
    fn undo_inverts_apply() {
        let warp = Warp::search(&[-1.0, 0.0, 5.0], false);
        for y in [-3.0, -1.0, 0.0, 0.999, 1.0, 1.001, 7.5, 1e10] {
            let (back, slope) = warp.undo(warp.apply(y));
            assert!((back - y).abs() <= 1e-11 * y.abs().max(1.0), "{y}: {back}");
            let h = 1e-6 * y.abs().max(1.0);
            let forward = (warp.apply(y + h) - warp.apply(y - h)) / (2.0 * h);
            assert!((slope * forward - 1.0).abs() < 1e-4, "{y}");
        }
    }

    #[test]
    fn only_outliers_are_compressed_for_a_picture() {
        // A bowl that has converged: half of all trials lie at the bottom.
        let mut losses = vec![0.5, 0.2, 0.6, 0.3, 0.4];
        losses.extend([1e-6; 50]);
        let warp = Warp::outliers(&losses, &losses[..5]);
        assert!(losses.iter().all(|&y| warp.apply(y) == y));
        assert!(warp.apply(1e9) < 100.0);
    }

    #[test]
    fn without_a_span_nothing_happens() {
        for losses in [vec![3.0], vec![2.0, 2.0, 9.0], vec![-f64::MAX, f64::MAX, f64::MAX]] {
            let warp = Warp::search(&losses, true);
            for y in losses {
                assert_eq!(warp.apply(y), y);
                assert_eq!(warp.undo(y), (y, 1.0));
            }
        }
    }
}
