//! Losses that say nothing of their parameters.

use crate::gp::GpError;

/// A loss is an outlier if its leave-one-out residual is positive and this many times as large as residuals
/// usually are. Of losses with plain noise hardly any is.
const OUTLIER: f64 = 4.0;

/// Which of `n` observations are no outliers, by the leave-one-out residuals of a model fitted to some of
/// them; at least three quarters.
pub(super) fn without_outliers(
    n: usize,
    residuals: impl Fn(&[usize]) -> Result<Vec<f64>, GpError>,
) -> Result<Vec<usize>, GpError> {
    let mut kept: Vec<usize> = (0..n).collect();
    loop {
        let residuals = residuals(&kept)?;
        let mut sizes: Vec<f64> = residuals.iter().map(|s| s.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        // 1.48 medians of a normal sample's sizes make a standard deviation. By the median, so that
        // outliers have no say in what is usual.
        let usual = 1.48 * sizes[sizes.len() / 2];
        let pairs = kept.iter().zip(&residuals);
        let ordinary = pairs.filter(|(_, residual)| **residual <= OUTLIER * usual);
        let rest: Vec<usize> = ordinary.map(|(&i, _)| i).collect();
        // Without the worst outliers the next ones show.
        if rest.len() == kept.len() || 4 * rest.len() < 3 * n {
            return Ok(kept);
        }
        kept = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_are_set_aside_but_no_more_than_a_quarter() {
        let plain: Vec<f64> = (0..20).map(|i| (1.7 * f64::from(i * i)).sin()).collect();
        let set_aside = |outliers: &[f64]| -> Vec<f64> {
            let values = [plain.as_slice(), outliers].concat();
            // As long as all take part, the large outlier hides the small one.
            let residuals = |rows: &[usize]| {
                let hidden = rows.len() == values.len() && outliers.len() > 1;
                let seen = |&i: &usize| if hidden && values[i] < 100.0 { 0.1 } else { values[i] };
                Ok(rows.iter().map(seen).collect())
            };
            let kept = without_outliers(values.len(), residuals).unwrap();
            (0..values.len()).filter(|i| !kept.contains(i)).map(|i| values[i]).collect()
        };
        assert!(set_aside(&[]).is_empty());
        assert_eq!(set_aside(&[1e6, 7.0]), [1e6, 7.0]);
        // What is better than expected is no outlier, and too many are a part of the function.
        assert!(set_aside(&[-1e6]).is_empty());
        assert!(set_aside(&[1e6; 7]).is_empty());
    }
}
