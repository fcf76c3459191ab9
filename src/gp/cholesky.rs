//! The Cholesky factor of a covariance matrix: the one place that talks to faer.
//!
//! faer's blocked factorisation takes 13 ms at n = 1000 where nalgebra's takes 60; below n ≈ 200 they
//! are equal. It runs on one thread here, so results do not depend on the number of cores.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{MatMut, MatRef, Par};
use nalgebra::DMatrix;

use super::error::GpError;
use super::kernel::lanes;

/// Jitter tried in turn, relative to the mean of the diagonal: none, then as little as helps.
const JITTERS: [f64; 6] = [0.0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2];

/// `K + jitter·I = L Lᵀ`.
#[derive(Clone, Debug)]
pub(super) struct Cholesky {
    /// `L` in the lower half; the rest is unspecified.
    lower: DMatrix<f64>,
    jitter: f64,
}

impl Cholesky {
    /// Factors the matrix whose lower half is given (n × n, n ≥ 1), with the least of a few jitters
    /// that makes it positive definite to rounding.
    ///
    /// # Errors
    /// [`GpError::NotPositiveDefinite`] if the largest jitter is not enough or an entry is not finite.
    pub(super) fn new(matrix: &DMatrix<f64>) -> Result<Self, GpError> {
        let n = matrix.nrows();
        let scale = matrix.diagonal().mean();
        for relative in JITTERS {
            let jitter = relative * scale;
            let mut lower = matrix.clone();
            for i in 0..n {
                lower[(i, i)] += jitter;
            }
            if factor(&mut lower) {
                return Ok(Self { lower, jitter });
            }
        }
        Err(GpError::NotPositiveDefinite { jitter: JITTERS[JITTERS.len() - 1] * scale })
    }

    /// What was added to the diagonal.
    pub(super) fn jitter(&self) -> f64 {
        self.jitter
    }

    /// `Σ ln L_ii`, half the log determinant.
    pub(super) fn half_log_determinant(&self) -> f64 {
        (0..self.lower.nrows()).map(|i| self.lower[(i, i)].ln()).sum()
    }

    /// `b ← L⁻¹ b`.
    pub(super) fn solve_lower(&self, b: &mut [f64]) {
        let n = b.len();
        for (j, column) in self.lower.as_slice().chunks_exact(n).enumerate() {
            b[j] /= column[j];
            let pivot = b[j];
            for (b, l) in b[j + 1..].iter_mut().zip(&column[j + 1..]) {
                *b -= pivot * l;
            }
        }
    }

    /// `b ← L⁻ᵀ b`.
    pub(super) fn solve_upper(&self, b: &mut [f64]) {
        let n = b.len();
        for (j, column) in self.lower.as_slice().chunks_exact(n).enumerate().rev() {
            let known = lanes(&column[j + 1..], &b[j + 1..], |l, b| l * b);
            b[j] = (b[j] - known) / column[j];
        }
    }

    /// `B ← L⁻¹ B`, many columns at once.
    pub(super) fn solve_lower_columns(&self, b: &mut DMatrix<f64>) {
        let (n, m) = b.shape();
        solve_lower_triangular_in_place(
            MatRef::from_column_major_slice(self.lower.as_slice(), n, n),
            MatMut::from_column_major_slice_mut(b.as_mut_slice(), n, m),
            Par::Seq,
        );
    }

    /// The lower half of `(L Lᵀ)⁻¹`; what lies above the diagonal is unspecified.
    pub(super) fn inverse(&self) -> DMatrix<f64> {
        let n = self.lower.nrows();
        let mut inverse = DMatrix::zeros(n, n);
        let mut memory = MemBuffer::new(llt::inverse::inverse_scratch::<f64>(n, Par::Seq));
        llt::inverse::inverse(
            MatMut::from_column_major_slice_mut(inverse.as_mut_slice(), n, n),
            MatRef::from_column_major_slice(self.lower.as_slice(), n, n),
            Par::Seq,
            MemStack::new(&mut memory),
        );
        inverse
    }

    /// The factor of the matrix with one more row: `row` is its covariance with the others, `corner`
    /// its own variance.
    pub(super) fn extend(&mut self, mut row: Vec<f64>, corner: f64) {
        let n = row.len();
        self.solve_lower(&mut row);
        let left = corner + self.jitter - lanes(&row, &row, |a, b| a * b);
        let lower = std::mem::replace(&mut self.lower, DMatrix::zeros(0, 0));
        self.lower = lower.resize(n + 1, n + 1, 0.0);
        for (j, v) in row.into_iter().enumerate() {
            self.lower[(n, j)] = v;
        }
        // A row that repeats another leaves nothing but rounding; keep the factor invertible.
        self.lower[(n, n)] = left.max(1e-10 * corner).sqrt();
    }
}

/// Factors in place; whether the matrix was positive definite and finite.
fn factor(lower: &mut DMatrix<f64>) -> bool {
    let n = lower.nrows();
    let scratch = llt::factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let done = llt::factor::cholesky_in_place(
        MatMut::from_column_major_slice_mut(lower.as_mut_slice(), n, n),
        Default::default(),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    );
    done.is_ok() && (0..n).all(|i| lower[(i, i)].is_finite() && lower[(i, i)] > 0.0)
}
