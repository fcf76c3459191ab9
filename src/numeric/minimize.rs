//! Minimises a smooth function, free or in a box: the one place that talks to argmin's L-BFGS.
//!
//! The best point evaluated is kept here, outside argmin, so a line search that gives up loses nothing.
//! argmin's L-BFGS knows no bounds, so in a box `x = middle + half sin z` folds the whole line onto it:
//! a minimum on a face is an ordinary stationary point in `z`.

use std::cell::RefCell;
use std::collections::VecDeque;

use argmin::core::{CostFunction, Error, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// A value and its gradient.
pub type Evaluation = (f64, Vec<f64>);

/// The best point found.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Where.
    pub point: Vec<f64>,
    /// The value there.
    pub value: f64,
}

/// How to descend, and when to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Pairs of steps and gradient changes that L-BFGS remembers.
    pub memory: usize,
    /// Iterations at most.
    pub iterations: usize,
    /// Evaluations at most.
    pub evaluations: usize,
    /// Stop when a step changes the value by less.
    pub value_tolerance: f64,
    /// Stop where the gradient's norm is less.
    pub gradient_tolerance: f64,
    /// Length of the first step; without one it is the gradient itself.
    pub first_step: Option<f64>,
}

/// The best point seen while descending from `start`. `None` if `f` gives no finite value or gradient
/// at the start; elsewhere `None` from `f` ends the descent.
pub fn minimize(
    f: impl FnMut(&[f64]) -> Option<Evaluation>,
    start: Vec<f64>,
    settings: Settings,
) -> Option<Minimum> {
    let trace = RefCell::new(Trace {
        f,
        evaluations_left: settings.evaluations,
        repeats_left: settings.evaluations.saturating_mul(8),
        recent: VecDeque::new(),
        best: None,
    });
    let (_, slope) = trace.borrow_mut().evaluate(&start)?;
    let steepness = slope.iter().map(|g| g * g).sum::<f64>().sqrt();
    if steepness > settings.gradient_tolerance {
        // L-BFGS's first step is the gradient itself; this gives it the wanted length.
        let scale = settings.first_step.map_or(1.0, |length| length / steepness);
        let problem = Scaled { trace: &trace, scale };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), settings.memory)
            .with_tolerance_cost(settings.value_tolerance * scale)
            .and_then(|s| s.with_tolerance_grad(settings.gradient_tolerance * scale));
        if let Ok(solver) = solver {
            // What it found and how it failed are both in the trace: the best point so far.
            let _ = Executor::new(problem, solver)
                .configure(|state| state.param(start).max_iters(settings.iterations as u64))
                .timer(false)
                .run();
        }
    }
    trace.into_inner().best
}

/// How hard to search in a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Evaluations at most.
    pub evaluations: usize,
    /// Stop when a step improves the value by less.
    pub tolerance: f64,
    /// Length of the first step, as a share of half a box.
    pub first_step: f64,
}

/// Pairs that L-BFGS remembers in a box.
const MEMORY: usize = 8;

/// A start on a face would stay there: `sin` is flat. This far inside, in units of half a box.
const INSIDE: f64 = 0.999;

/// The best point seen while descending from `start` within `bounds` (low, high). `None` if `f`
/// gives no finite value at the start.
pub fn minimize_in_box(
    mut f: impl FnMut(&[f64]) -> Option<Evaluation>,
    bounds: &[(f64, f64)],
    start: &[f64],
    effort: Effort,
) -> Option<Minimum> {
    let unfold = |(&x, &(low, high)): (&f64, &(f64, f64))| {
        let t = (2.0 * x - low - high) / (high - low);
        t.clamp(-INSIDE, INSIDE).asin()
    };
    let fold = |z: &[f64]| -> Vec<f64> {
        let folded = z.iter().zip(bounds).map(|(&z, &(low, high))| {
            (0.5 * (low + high) + 0.5 * (high - low) * z.sin()).clamp(low, high)
        });
        folded.collect()
    };
    let folded = |z: &[f64]| {
        let (value, mut gradient) = f(&fold(z))?;
        for ((g, &z), &(low, high)) in gradient.iter_mut().zip(z).zip(bounds) {
            *g *= 0.5 * (high - low) * z.cos();
        }
        Some((value, gradient))
    };
    let settings = Settings {
        memory: MEMORY,
        iterations: effort.evaluations,
        evaluations: effort.evaluations,
        value_tolerance: effort.tolerance,
        gradient_tolerance: effort.tolerance,
        first_step: Some(effort.first_step),
    };
    let found = minimize(folded, start.iter().zip(bounds).map(unfold).collect(), settings)?;
    Some(Minimum { point: fold(&found.point), ..found })
}

struct Trace<F> {
    f: F,
    evaluations_left: usize,
    /// Repeated questions still answered, so that a stuck line search ends too.
    repeats_left: usize,
    /// The last few evaluations: argmin asks for the value and the gradient of a point one by one.
    recent: VecDeque<(Vec<f64>, Evaluation)>,
    best: Option<Minimum>,
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Trace<F> {
    /// Value and gradient; `None` beyond the effort or where `f` has none.
    fn evaluate(&mut self, point: &[f64]) -> Option<Evaluation> {
        if let Some((_, known)) = self.recent.iter().find(|(at, _)| at == point) {
            self.repeats_left = self.repeats_left.checked_sub(1)?;
            return Some(known.clone());
        }
        self.evaluations_left = self.evaluations_left.checked_sub(1)?;
        let (value, gradient) = (self.f)(point)?;
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return None;
        }
        if self.best.as_ref().is_none_or(|best| value < best.value) {
            self.best = Some(Minimum { point: point.to_vec(), value });
        }
        if self.recent.len() == 4 {
            self.recent.pop_front();
        }
        self.recent.push_back((point.to_vec(), (value, gradient.clone())));
        Some((value, gradient))
    }
}

/// The problem as argmin sees it.
struct Scaled<'t, F> {
    trace: &'t RefCell<Trace<F>>,
    scale: f64,
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Scaled<'_, F> {
    fn evaluate(&self, point: &[f64]) -> Result<Evaluation, Error> {
        let evaluation = self.trace.borrow_mut().evaluate(point);
        evaluation.ok_or_else(|| Error::msg("no value, or effort spent"))
    }
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> CostFunction for Scaled<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.evaluate(point)?.0 * self.scale)
    }
}

impl<F: FnMut(&[f64]) -> Option<Evaluation>> Gradient for Scaled<'_, F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, point: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let gradient = self.evaluate(point)?.1;
        Ok(gradient.into_iter().map(|g| g * self.scale).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function, whose minimum is 0 at (1, 1).
    fn rosenbrock(p: &[f64]) -> Option<Evaluation> {
        let (a, b) = (1.0 - p[0], p[1] - p[0] * p[0]);
        let gradient = vec![-2.0 * a - 400.0 * b * p[0], 200.0 * b];
        Some((a * a + 100.0 * b * b, gradient))
    }

    #[test]
    fn finds_the_bottom_of_a_valley() {
        let settings = Settings {
            memory: 8,
            iterations: 200,
            evaluations: 400,
            value_tolerance: 0.0,
            gradient_tolerance: 1e-9,
            first_step: None,
        };
        let found = minimize(rosenbrock, vec![-1.2, 1.0], settings).unwrap();
        assert!(found.value < 1e-15, "{found:?}");
        assert!(found.point.iter().all(|x| (x - 1.0).abs() < 1e-7), "{found:?}");
        assert_eq!(minimize(|_| Some((f64::NAN, vec![0.0])), vec![0.0], settings), None);
    }

    #[test]
    fn stays_in_its_box_and_reaches_a_face() {
        let effort = Effort { evaluations: 80, tolerance: 1e-12, first_step: 0.1 };
        let bounds = [(-2.0, 0.5), (-1.0, 2.0)];
        let inside = |p: &[f64]| {
            assert!(p.iter().zip(bounds).all(|(x, (low, high))| (low..=high).contains(x)));
            rosenbrock(p)
        };
        // On the face x = ½ the valley's floor is at y = ¼.
        let found = minimize_in_box(inside, &bounds, &[-1.0, 1.0], effort).unwrap();
        assert!((found.point[0] - 0.5).abs() < 1e-4, "{found:?}");
        assert!((found.point[1] - 0.25).abs() < 1e-3, "{found:?}");
        assert!((found.value - 0.25).abs() < 1e-4, "{found:?}");
    }
}
