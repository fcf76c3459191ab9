//! The covariance function: a product over all columns, and a sum over single ones.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `d`, `n` | columns, points | |
//! | `X` | points in the unit cube | n × d |
//! | `ℓ_k` | length scale of column `k` | d |
//! | `δ_k(x, x')` | `x_k − x'_k`, with exceptions below | |
//! | `s` | `Σ_k δ_k² / ℓ_k²`, the squared scaled distance | |
//! | `a` | `√(5 s)` | |
//! | `σ_f²`, `σ_a²` | variances of the joint and of the additive part, in standardised units | |
//! | `ρ` | length scales of the additive part, relative to `ℓ` | |
//! | `t_k` | `δ_k² / (ρ ℓ_k)²` | |
//! | `q_k` | `1 / (1 + t_k / 4)` | |
//! | `k` | `σ_f² (1 + a + a²/3) e^{−a} + σ_a²/d Σ_k q_k²` | |
//! | `g` | `−2 ∂k/∂s = (5/3) σ_f² (1 + a) e^{−a}`: derivatives of the joint part are multiples of it | |
//!
//! The joint part is Matérn-5/2 (Rasmussen & Williams 2006, eq. 4.17) with one length scale per column.
//! It can be any function, and so learns little from far away. Many objectives are nearly sums of
//! functions of one parameter; the additive part (Duvenaud, Nickisch & Rasmussen 2011, first order)
//! learns such a function from `d` times as many neighbours. Each of its terms is a rational quadratic
//! (eq. 4.19, `α = 2`): it needs no exponential, which `d` of them would make the slowest thing here.
//!
//! `∂k/∂ln ℓ_k = g δ_k² / ℓ_k² + σ_a²/d q_k³ t_k`, `∂k/∂ln ρ = σ_a²/d Σ_k q_k³ t_k` and
//! `∂k/∂x_k = −(g / ℓ_k² + σ_a²/d q_k³ / (ρ ℓ_k)²) (x_k − x'_k)`.
//!
//! Two different choices of a categorical column are 1 apart, as if one-hot coded; so the kernel stays
//! positive definite. A column that a condition switches off is as far from every value it may take,
//! and equal to itself.

use nalgebra::DMatrix;

use super::column::Column;
use super::hyperparameters::Hyperparameters;

/// The kernel at given hyperparameters.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    /// `1 / ℓ_k²`.
    weights: Vec<f64>,
    differences: Vec<Difference>,
    /// `σ_f²`.
    joint: f64,
    /// `σ_a² / d`.
    additive: f64,
    /// `1 / (4 ρ²)`.
    quarter: f64,
}

/// How `δ_k` is made.
#[derive(Clone, Copy, Debug)]
enum Difference {
    Plain,
    /// A column that may be switched off, which a coordinate below 0 means.
    Conditional,
    Categorical,
}

/// Runs `$body` with `$delta` the difference from `p` to a coordinate: one loop for each kind, so that
/// the plain one stays free of branches.
macro_rules! with_difference {
    ($difference:expr, $p:expr, |$delta:ident| $body:expr) => {{
        let p = $p;
        match $difference {
            Difference::Plain => {
                let $delta = |v: f64| v - p;
                $body
            }
            Difference::Conditional => {
                let $delta = |v: f64| match (v < 0.0, p < 0.0) {
                    (false, false) => v - p,
                    (true, true) => 0.0,
                    _ => 1.0,
                };
                $body
            }
            Difference::Categorical => {
                let $delta = |v: f64| if v == p { 0.0 } else { 1.0 };
                $body
            }
        }
    }};
}

/// Parts of a derivative of `Σ_i W_i k(x_i, p)` that column `k` has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ColumnSums {
    /// With respect to `ln ℓ_k`.
    pub(super) length_scale: f64,
    /// The share of `ln ρ`.
    pub(super) ratio: f64,
    /// The share of `ln σ_a²`.
    pub(super) additive: f64,
}

impl Kernel {
    /// `theta`: one positive length scale per column.
    pub(super) fn new(columns: &[Column], theta: &Hyperparameters) -> Self {
        // A choice that is switched off has a coordinate of its own, and so needs nothing more.
        let difference = |column: &Column| match (column.is_categorical(), column.conditional) {
            (true, _) => Difference::Categorical,
            (false, true) => Difference::Conditional,
            (false, false) => Difference::Plain,
        };
        Self {
            weights: theta.length_scales.iter().map(|l| (l * l).recip()).collect(),
            differences: columns.iter().map(difference).collect(),
            joint: theta.signal_variance,
            additive: theta.additive_variance / columns.len() as f64,
            quarter: 0.25 / (theta.additive_ratio * theta.additive_ratio),
        }
    }

    /// `k(x, x) = σ_f² + σ_a²`.
    pub(super) fn variance(&self) -> f64 {
        self.joint + self.additive * self.weights.len() as f64
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
        // Until the end, `values` holds s and `slopes` the additive part.
        slopes.fill(0.0);
        for (k, &weight) in self.weights.iter().enumerate() {
            let column = &column(x, k)[from..];
            with_difference!(self.differences[k], point(k), |delta| {
                if self.additive == 0.0 {
                    for (s, &v) in values.iter_mut().zip(column) {
                        *s += weight * delta(v) * delta(v);
                    }
                } else {
                    for ((s, sum), &v) in values.iter_mut().zip(&mut *slopes).zip(column) {
                        let scaled = weight * delta(v) * delta(v);
                        let q = (1.0 + self.quarter * scaled).recip();
                        *s += scaled;
                        *sum += q * q;
                    }
                }
            });
        }
        for (value, slope) in values.iter_mut().zip(slopes) {
            let a = (5.0 * *value).sqrt();
            let decay = self.joint * (-a).exp();
            *value = (1.0 + a + a * a / 3.0) * decay + self.additive * *slope;
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

    /// What column `k` adds to the derivatives of `Σ_{i ≥ from} W_i k(x_i, p)` by the logarithms of the
    /// hyperparameters. `joint` holds `W g` and `plain` holds `W`, of rows `from..`.
    pub(super) fn column_sums(
        &self,
        x: &DMatrix<f64>,
        from: usize,
        k: usize,
        p: f64,
        joint: &[f64],
        plain: &[f64],
    ) -> ColumnSums {
        let (column, weight) = (&column(x, k)[from..], self.weights[k]);
        with_difference!(self.differences[k], p, |delta| {
            let scale = self.quarter * weight;
            let [distances, squares, cubes] = sums(joint, plain, column, |joint, plain, v| {
                let distance = delta(v) * delta(v);
                let q = (1.0 + scale * distance).recip();
                let square = plain * q * q;
                [joint * distance, square, square * q]
            });
            // q³ t = 4 q² (1 − q).
            let ratio = self.additive * 4.0 * (squares - cubes);
            ColumnSums {
                length_scale: weight * distances + ratio,
                ratio,
                additive: self.additive * squares,
            }
        })
    }

    /// `Σ_i c_i ∂k(x, x_i)/∂x_k` over all rows of `X`; `joint` holds `c g` and `plain` holds `c`. Zero
    /// for a categorical column and for one that is switched off at `p`.
    pub(super) fn gradient_sum(
        &self,
        x: &DMatrix<f64>,
        k: usize,
        p: f64,
        joint: &[f64],
        plain: &[f64],
    ) -> f64 {
        let active = match self.differences[k] {
            Difference::Categorical => return 0.0,
            Difference::Conditional if p < 0.0 => return 0.0,
            Difference::Conditional => 0.0,
            Difference::Plain => f64::NEG_INFINITY,
        };
        let (column, weight) = (column(x, k), self.weights[k]);
        let distance = |v: f64| if v < active { 0.0 } else { p - v };
        let by_joint = weight * lanes(joint, column, |c, v| c * distance(v));
        if self.additive == 0.0 {
            return -by_joint;
        }
        let scale = self.quarter * weight;
        let by_sum = lanes(plain, column, |c, v| {
            let q = (1.0 + scale * distance(v) * distance(v)).recip();
            c * q * q * q * distance(v)
        });
        -by_joint - self.additive * 4.0 * scale * by_sum
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

/// Three sums of terms over three slices of equal length, each in lanes as in [`lanes`].
fn sums(a: &[f64], b: &[f64], c: &[f64], terms: impl Fn(f64, f64, f64) -> [f64; 3]) -> [f64; 3] {
    let mut sums = [[0.0; 4]; 3];
    let mut add = |lane: usize, terms: [f64; 3]| {
        for (sum, term) in sums.iter_mut().zip(terms) {
            sum[lane] += term;
        }
    };
    let (a_lanes, b_lanes, c_lanes) = (a.chunks_exact(4), b.chunks_exact(4), c.chunks_exact(4));
    let rest = a_lanes.remainder().iter().zip(b_lanes.remainder()).zip(c_lanes.remainder());
    for (lane, ((&a, &b), &c)) in rest.enumerate() {
        add(lane, terms(a, b, c));
    }
    for ((a, b), c) in a_lanes.zip(b_lanes).zip(c_lanes) {
        for lane in 0..4 {
            add(lane, terms(a[lane], b[lane], c[lane]));
        }
    }
    sums.map(|sum| (sum[0] + sum[1]) + (sum[2] + sum[3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theta(additive: f64) -> Hyperparameters {
        Hyperparameters {
            length_scales: vec![0.5, 0.8],
            signal_variance: 1.3,
            additive_variance: additive,
            additive_ratio: 0.7,
            noise_variance: 0.1,
            mean: 0.0,
        }
    }

    fn between(columns: &[Column], theta: &Hyperparameters, a: [f64; 2], b: [f64; 2]) -> f64 {
        let x = DMatrix::from_row_slice(1, 2, &a);
        let (mut value, mut slope) = ([0.0], [0.0]);
        Kernel::new(columns, theta).row(&x, 0, |k| b[k], &mut value, &mut slope);
        value[0]
    }

    /// The formulas of the module's head, written out.
    #[test]
    fn two_points_by_hand() {
        let columns = [Column::continuous(), Column::categorical(vec![0.25, 0.75])];
        let (theta, a, b) = (theta(0.4), [0.2, 0.25], [0.5, 0.75]);
        let s = (0.3_f64 / 0.5).powi(2) + (1.0_f64 / 0.8).powi(2);
        let r = (5.0 * s).sqrt();
        let joint = 1.3 * (1.0 + r + r * r / 3.0) * (-r).exp();
        let q = |distance: f64, length: f64| {
            let t = (distance / (0.7 * length)).powi(2);
            (1.0 + t / 4.0).powi(-2)
        };
        let additive = 0.4 / 2.0 * (q(0.3, 0.5) + q(1.0, 0.8));
        assert!((between(&columns, &theta, a, b) - joint - additive).abs() < 1e-14);
        assert!((between(&columns, &theta, a, a) - 1.7).abs() < 1e-14);
    }

    #[test]
    fn a_switched_off_column_is_equally_far_from_all_its_values() {
        let columns = [Column::continuous(), Column { conditional: true, ..Column::continuous() }];
        for theta in [theta(0.0), theta(0.4)] {
            let off = |v: f64| between(&columns, &theta, [0.2, -1.0], [0.2, v]);
            assert!((off(-1.0) - Kernel::new(&columns, &theta).variance()).abs() < 1e-14);
            assert_eq!(off(0.1), off(0.9));
            assert!(off(0.1) < off(-1.0));
        }
    }
}
