//! Losses that say nothing of their parameters.

use crate::gp::GpError;

/// A loss is a freak if it surprises the model this many times as much as losses usually do, for the worse.
/// Of losses with plain noise hardly any is.
const FREAK: f64 = 4.0;

/// Which of `n` observations are no freaks, by the surprises of a model fitted to some of them; at least
/// three quarters.
pub(super) fn without_freaks(
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
