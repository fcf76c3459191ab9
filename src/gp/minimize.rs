//! Minimises a smooth function in a box: argmin's L-BFGS behind a change of variables.
//!
//! argmin's L-BFGS knows no bounds, so `x = middle + half sin z` folds the whole line onto the box. A
//! minimum on a face is an ordinary stationary point in `z`. The best point evaluated is kept here,
//! outside argmin, so a line search that gives up loses nothing.

use std::cell::RefCell;
use std::collections::VecDeque;

use argmin::core::{CostFunction, Error, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// A value and its gradient.
pub(super) type Evaluation = (f64, Vec<f64>);

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Evaluations at most.
    pub(super) evaluations: usize,
    /// Stop when a step improves the value by less.
    pub(super) tolerance: f64,
    /// Length of the first step, as a share of half a box.
    pub(super) first_step: f64,
}

/// The best point found.
#[derive(Clone, Debug)]
pub(super) struct Minimum {
    pub(super) point: Vec<f64>,
    pub(super) value: f64,
}

/// Pairs of steps and gradient changes that L-BFGS remembers.
const MEMORY: usize = 8;

/// A start on a face would stay there: `sin` is flat. This far inside, in units of half a box.
const INSIDE: f64 = 0.999;

/// The best point seen while descending from `start` within `bounds` (low, high). `None` if `f`
/// gives no finite value at the start.
pub(super) fn minimize_in_box(
    f: impl FnMut(&[f64]) -> Option<Evaluation>,
    bounds: &[(f64, f64)],
    start: &[f64],
    effort: Effort,
) -> Option<Minimum> {
    let z: Vec<f64> = start
        .iter()
        .zip(bounds)
        .map(|(&x, &(low, high))| {
            let t = (2.0 * x - low - high) / (high - low);
            t.clamp(-INSIDE, INSIDE).asin()
        })
        .collect();
    let trace = RefCell::new(Trace {
        f,
        bounds,
        evaluations_left: effort.evaluations,
        repeats_left: 8 * effort.evaluations,
        recent: VecDeque::new(),
        best: None,
    });
    let (_, slope) = trace.borrow_mut().evaluate(&z)?;
    let steepness = slope.iter().map(|g| g * g).sum::<f64>().sqrt();
    if steepness > effort.tolerance {
        // L-BFGS's first step is the gradient itself; this gives it the wanted length.
        let scale = effort.first_step / steepness;
        let problem = Scaled { trace: &trace, scale };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY)
            .with_tolerance_cost(effort.tolerance * scale)
            .and_then(|s| s.with_tolerance_grad(effort.tolerance * scale));
        if let Ok(solver) = solver {
            // Its result and its errors are both in the trace: the best point so far.
            let _ = Executor::new(problem, solver)
                .configure(|state| state.param(z).max_iters(effort.evaluations as u64))
                .timer(false)
                .run();
        }
    }
    trace.into_inner().best
}

struct Trace<'a, F> {
    f: F,
    bounds: &'a [(f64, f64)],
    evaluations_left: usize,
    /// Repeated questions still answered, so that a stuck line search ends too.
    repeats_left: usize,
    /// The last few evaluations: argmin asks for the value and the gradient of a point one by one.
    recent: VecDeque<(Vec<f64>, Evaluation)>,
    best: Option<Minimum>,
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Trace<'_, F> {
    /// Value and gradient with respect to `z`; `None` beyond the effort or where `f` has none.
    fn evaluate(&mut self, z: &[f64]) -> Option<Evaluation> {
        if let Some((_, known)) = self.recent.iter().find(|(at, _)| at == z) {
            self.repeats_left = self.repeats_left.checked_sub(1)?;
            return Some(known.clone());
        }
        self.evaluations_left = self.evaluations_left.checked_sub(1)?;
        let folded = z.iter().zip(self.bounds).map(|(&z, &(low, high))| {
            (0.5 * (low + high) + 0.5 * (high - low) * z.sin()).clamp(low, high)
        });
        let point: Vec<f64> = folded.collect();
        let (value, mut gradient) = (self.f)(&point)?;
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return None;
        }
        for ((g, &z), &(low, high)) in gradient.iter_mut().zip(z).zip(self.bounds) {
            *g *= 0.5 * (high - low) * z.cos();
        }
        if self.best.as_ref().is_none_or(|best| value < best.value) {
            self.best = Some(Minimum { point, value });
        }
        if self.recent.len() == 4 {
            self.recent.pop_front();
        }
        self.recent.push_back((z.to_vec(), (value, gradient.clone())));
        Some((value, gradient))
    }
}

/// The problem as argmin sees it.
struct Scaled<'t, 'a, F> {
    trace: &'t RefCell<Trace<'a, F>>,
    scale: f64,
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Scaled<'_, '_, F> {
    fn evaluate(&self, z: &[f64]) -> Result<Evaluation, Error> {
        let evaluation = self.trace.borrow_mut().evaluate(z);
        evaluation.ok_or_else(|| Error::msg("no value, or effort spent"))
    }
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> CostFunction for Scaled<'_, '_, F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, z: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.evaluate(z)?.0 * self.scale)
    }
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Gradient for Scaled<'_, '_, F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, z: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let gradient = self.evaluate(z)?.1;
        Ok(gradient.into_iter().map(|g| g * self.scale).collect())
    }
}
