//! The covariance function: Matérn-5/2 with one length scale per column.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `d`, `n` | columns, points | |
//! | `X` | points in the unit cube | n × d |
//! | `ℓ_k` | length scale of column `k` | d |
//! | `δ_k(x, x')` | `x_k − x'_k`; for a categorical column 1 if different, else 0 | |
//! | `s` | `Σ_k δ_k² / ℓ_k²`, the squared scaled distance | |
//! | `a` | `√(5 s)` | |
//! | `σ_f²` | signal variance, in standardised units | |
//! | `k` | `σ_f² (1 + a + a²/3) e^{−a}` | |
//! | `g` | `−2 ∂k/∂s = (5/3) σ_f² (1 + a) e^{−a}`: every derivative is a multiple of it | |
//!
//! `∂k/∂ln ℓ_k = g δ_k² / ℓ_k²` and `∂k/∂x_k = −g (x_k − x'_k) / ℓ_k²`.
//!
//! A categorical column is one-hot coded with distance 1 between any two choices, so its Hamming
//! distance enters `s` as a squared Euclidean one and the kernel stays positive definite.
//!
//! Sources: Rasmussen & Williams (2006), eq. 4.17 and section 5.1.

use nalgebra::DMatrix;

use super::Column;

/// The kernel at given hyperparameters.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    /// `1 / ℓ_k²`.
    weights: Vec<f64>,
    /// Whether column `k` is categorical.
    categorical: Vec<bool>,
    /// `σ_f²`.
    signal_variance: f64,
}

impl Kernel {
    /// `length_scales`: one per column, positive.
    pub(super) fn new(columns: &[Column], length_scales: &[f64], signal_variance: f64) -> Self {
        Self {
            weights: length_scales.iter().map(|l| (l * l).recip()).collect(),
            categorical: columns.iter().map(Column::is_categorical).collect(),
            signal_variance,
        }
    }

    /// `k(x, x) = σ_f²`.
    pub(super) fn signal_variance(&self) -> f64 {
        self.signal_variance
    }

    /// `k` (into `values`) and `g` (into `slopes`) between `point` and rows `from..` of `x`.
    pub(super) fn row(
        &self,
        x: &DMatrix<f64>,
        from: usize,
        point: impl Fn(usize) -> f64,
        values: &mut [f64],
        slopes: &mut [f64],
    ) {
        values.fill(0.0);
        for (k, &weight) in self.weights.iter().enumerate() {
            let (column, p) = (&column(x, k)[from..], point(k));
            if self.categorical[k] {
                for (s, &v) in values.iter_mut().zip(column) {
                    *s += if v == p { 0.0 } else { weight };
                }
            } else {
                for (s, &v) in values.iter_mut().zip(column) {
                    *s += weight * (v - p) * (v - p);
                }
            }
        }
        for (value, slope) in values.iter_mut().zip(slopes) {
            let a = (5.0 * *value).sqrt();
            let decay = self.signal_variance * (-a).exp();
            *value = (1.0 + a + a * a / 3.0) * decay;
            *slope = 5.0 / 3.0 * (1.0 + a) * decay;
        }
    }

    /// Lower halves of the n × n matrices of `k` and `g` over the rows of `x`; what lies above the
    /// diagonal is unspecified.
    pub(super) fn lower(&self, x: &DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
        let n = x.nrows();
        let mut values = DMatrix::zeros(n, n);
        let mut slopes = DMatrix::zeros(n, n);
        let halves = values
            .as_mut_slice()
            .chunks_exact_mut(n)
            .zip(slopes.as_mut_slice().chunks_exact_mut(n));
        for (j, (values, slopes)) in halves.enumerate() {
            self.row(x, j, |k| x[(j, k)], &mut values[j..], &mut slopes[j..]);
        }
        (values, slopes)
    }

    /// The n × m matrix of `k` between the rows of `x` (n × d) and of `points` (m × d).
    pub(super) fn cross(&self, x: &DMatrix<f64>, points: &DMatrix<f64>) -> DMatrix<f64> {
        let n = x.nrows();
        let mut values = DMatrix::zeros(n, points.nrows());
        let mut slopes = vec![0.0; n];
        for (i, values) in values.as_mut_slice().chunks_exact_mut(n).enumerate() {
            self.row(x, 0, |k| points[(i, k)], values, &mut slopes);
        }
        values
    }

    /// `Σ_{i ≥ from} c_i δ_k(x_i, p)² / ℓ_k²` for column `k`, with `c` the coefficients of rows
    /// `from..`.
    pub(super) fn scaled_squares(
        &self,
        x: &DMatrix<f64>,
        from: usize,
        k: usize,
        p: f64,
        c: &[f64],
    ) -> f64 {
        let column = &column(x, k)[from..];
        let sum = if self.categorical[k] {
            lanes(c, column, |c, v| if v == p { 0.0 } else { c })
        } else {
            lanes(c, column, |c, v| c * (v - p) * (v - p))
        };
        self.weights[k] * sum
    }

    /// `Σ_i c_i ∂k(x, x_i)/∂x_k` over all rows of `X`, with `c` already multiplied by `g`. Zero for a
    /// categorical column.
    pub(super) fn gradient_sum(&self, x: &DMatrix<f64>, k: usize, p: f64, c: &[f64]) -> f64 {
        if self.categorical[k] {
            return 0.0;
        }
        -self.weights[k] * lanes(c, column(x, k), |c, v| c * (p - v))
    }
}

/// Column `k` of a matrix.
fn column(x: &DMatrix<f64>, k: usize) -> &[f64] {
    let n = x.nrows();
    &x.as_slice()[k * n..(k + 1) * n]
}

/// Sum of `term` over two slices of equal length, in four fixed lanes: strict left-to-right
/// summation keeps the compiler from using vector instructions.
pub(super) fn lanes(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sums = [0.0; 4];
    let (a_lanes, b_lanes) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 =
        a_lanes.remainder().iter().zip(b_lanes.remainder()).map(|(&a, &b)| term(a, b)).sum();
    for (a, b) in a_lanes.zip(b_lanes) {
        for lane in 0..4 {
            sums[lane] += term(a[lane], b[lane]);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
