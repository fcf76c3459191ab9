//! The parameters of a study and the constraints on them: checked, encoded, decoded.

use std::sync::Arc;

use super::encoding::INACTIVE;
use super::error::SpaceError;
use super::guess::Guess;
use super::parameter::Parameter;
use super::params::{ParamValue, Params};
use super::tree::Tree;

/// The parameters of a study, in order of declaration, and the constraints on them. Clones share what
/// was compiled; spaces are equal if their declarations are.
#[derive(Clone, Debug)]
pub struct SearchSpace {
    pub(super) parameters: Vec<Parameter>,
    constraints: Vec<String>,
    tree: Arc<Tree>,
}

impl PartialEq for SearchSpace {
    fn eq(&self, other: &Self) -> bool {
        self.parameters == other.parameters && self.constraints == other.constraints
    }
}

impl SearchSpace {
    /// Makes a space of uniquely named parameters.
    ///
    /// # Errors
    /// [`SpaceError::Empty`] without parameters, [`SpaceError::Duplicate`] if two share a name,
    /// [`SpaceError::Condition`] for a condition that cannot be, [`SpaceError::BadGuess`] or
    /// [`SpaceError::BadSpread`] for a guess made for another domain.
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, SpaceError> {
        Self::with_constraints(parameters, Vec::new())
    }

    /// Makes a space whose points satisfy all of these expressions, such as `batch * width <= 65536`.
    /// One that mentions an inactive parameter holds; one without a finite result does not. Whether
    /// any point satisfies them all is for [`feasible_point`](Self::feasible_point).
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`SpaceError::Constraint`].
    pub fn with_constraints(
        mut parameters: Vec<Parameter>,
        constraints: Vec<String>,
    ) -> Result<Self, SpaceError> {
        if parameters.is_empty() {
            return Err(SpaceError::Empty);
        }
        for (i, parameter) in parameters.iter().enumerate() {
            if parameters[..i].iter().any(|p| p.name == parameter.name) {
                return Err(SpaceError::Duplicate { name: parameter.name.clone() });
            }
        }
        for Parameter { domain, guess, .. } in &mut parameters {
            if let Some(made) = guess {
                *made = Guess::new(domain, made.value().clone(), made.spread())?;
            }
        }
        let tree = Arc::new(Tree::new(&mut parameters, &constraints)?);
        Ok(Self { parameters, constraints, tree })
    }

    /// The parameters, in order of declaration.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The constraints, as declared.
    pub fn constraints(&self) -> &[String] {
        &self.constraints
    }

    /// Number of parameters: the dimension of the unit cube.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Never true: a space has at least one parameter.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Column of the parameter called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|p| p.name == name)
    }

    /// Whether the parameter in a column is active at some points only.
    pub fn may_be_inactive(&self, column: usize) -> bool {
        self.parameters.get(column).is_some_and(|p| p.condition.is_some())
    }

    /// Whether some condition looks at the parameter in a column.
    pub fn is_parent(&self, column: usize) -> bool {
        column < self.len() && self.tree.rules.is_parent(column)
    }

    /// Number of distinct feasible points, an inactive parameter counting as one value; `None` if a
    /// domain is continuous, or if there are too many to count. Without conditions and constraints the
    /// product of the domains is the count and may be as large as `u64`; with them the points are
    /// listed, up to 200,000.
    pub fn cardinality(&self) -> Option<u64> {
        self.tree.cardinality(&self.parameters)
    }

    /// All feasible points of a finite space on their levels, ascending from the first column on;
    /// `None` if they are not finite or too many to list.
    pub fn points(&self) -> Option<Vec<Vec<f64>>> {
        self.tree.points(&self.parameters)
    }

    /// Whether two random points may be equal: not if some parameter that is always active is
    /// continuous.
    pub fn may_repeat(&self) -> bool {
        let always = self.parameters.iter().filter(|p| p.condition.is_none());
        always.map(|p| p.domain.levels()).all(|levels| levels.is_some())
    }

    /// A snapped point that satisfies the constraints, the same every time.
    ///
    /// # Errors
    /// [`SpaceError::NoFeasiblePoint`] if there is none, or none was found.
    pub fn feasible_point(&self) -> Result<&[f64], SpaceError> {
        self.tree.feasible(&self.parameters)
    }

    /// Whether a [snapped](Self::snap) point of the unit cube satisfies the constraints.
    pub fn is_feasible(&self, unit: &[f64]) -> bool {
        self.tree.rules.is_feasible(&self.parameters, unit)
    }

    /// Checks values against the space: every active parameter present, no inactive and no unknown
    /// one, each in its domain, all constraints satisfied. Integers are accepted for floats, integral
    /// floats for ints; the result is in column order.
    ///
    /// # Errors
    /// [`SpaceError::Unknown`], [`SpaceError::Outside`], [`SpaceError::Missing`],
    /// [`SpaceError::Inactive`] or [`SpaceError::Infeasible`].
    pub fn check<I, S>(&self, values: I) -> Result<Params, SpaceError>
    where
        I: IntoIterator<Item = (S, ParamValue)>,
        S: Into<String>,
    {
        let mut found: Vec<Option<ParamValue>> = vec![None; self.len()];
        for (name, value) in values {
            let name = name.into();
            let column = self.position(&name).ok_or(SpaceError::Unknown { name: name.clone() })?;
            let domain = &self.parameters[column].domain;
            let value = domain.check(&value).ok_or_else(|| SpaceError::Outside {
                name,
                found: value.to_string(),
                expected: domain.to_string(),
            })?;
            found[column] = Some(value);
        }
        for (column, parameter) in self.parameters.iter().enumerate() {
            let name = || parameter.name.clone();
            match (self.tree.rules.is_active(column, &found), &found[column]) {
                (true, None) => return Err(SpaceError::Missing { name: name() }),
                (false, Some(_)) => {
                    let condition = parameter.condition.as_ref().map(ToString::to_string);
                    let condition = condition.unwrap_or_default();
                    return Err(SpaceError::Inactive { name: name(), condition });
                }
                _ => {}
            }
        }
        if let Some(index) = self.tree.rules.broken(&found) {
            let pair = |column: usize| {
                let value = found[column].as_ref().map(ToString::to_string).unwrap_or_default();
                format!("{} = {value}", self.parameters[column].name)
            };
            return Err(SpaceError::Infeasible {
                constraint: self.constraints[index].clone(),
                values: self.tree.rules.mentioned(index).map(pair).collect::<Vec<_>>().join(", "),
            });
        }
        let pairs = self.parameters.iter().zip(found);
        Ok(Params::from_pairs(pairs.filter_map(|(p, v)| Some((p.name.clone(), v?))).collect()))
    }

    /// The point of the unit cube that stands for `params`, one coordinate per column, [`INACTIVE`]
    /// where a parameter has no value. `decode(encode(p)) == p` for every finite domain, to rounding
    /// for continuous ones.
    pub fn encode(&self, params: &Params) -> Vec<f64> {
        let mut values = params.iter().peekable();
        let coordinate = |parameter: &Parameter| {
            let value = values.next_if(|(name, _)| *name == parameter.name);
            value.map_or(INACTIVE, |(_, value)| parameter.domain.encode(value))
        };
        self.parameters.iter().map(coordinate).collect()
    }

    /// The parameters at a point of the unit cube, active ones only. Total: coordinates are clamped to
    /// `[0, 1]`, and NaN and [`INACTIVE`] count as the middle, so the result is always inside the
    /// domains; whether it is feasible is for [`is_feasible`](Self::is_feasible).
    pub fn decode(&self, unit: &[f64]) -> Params {
        if !self.tree.rules.is_conditional() {
            let pairs = self.parameters.iter().zip(unit);
            let value = |(p, &u): (&Parameter, &f64)| (p.name.clone(), p.domain.decode(middle(u)));
            return Params::from_pairs(pairs.map(value).collect());
        }
        let unit = self.snap(unit);
        let active = self.parameters.iter().zip(unit).filter(|(_, u)| *u != INACTIVE);
        Params::from_pairs(active.map(|(p, u)| (p.name.clone(), p.domain.decode(u))).collect())
    }

    /// Moves a point of the unit cube onto the representative of what it decodes to: a discrete
    /// coordinate lands on its level, a continuous one stays; a column whose condition does not hold
    /// becomes [`INACTIVE`], and an active one that was becomes the middle of its domain.
    pub fn snap(&self, unit: &[f64]) -> Vec<f64> {
        if self.tree.rules.is_conditional() {
            return self.tree.rules.snap(&self.parameters, unit);
        }
        self.parameters.iter().zip(unit).map(|(p, &u)| p.domain.snap(middle(u))).collect()
    }

    /// Every parameter at the middle of its domain, whatever the conditions: what settings look like
    /// with nothing left out, though perhaps no point of the space.
    pub(crate) fn all_at_middle(&self) -> Params {
        let pairs = self.parameters.iter().map(|p| (p.name.clone(), p.domain.decode(0.5)));
        Params::from_pairs(pairs.collect())
    }
}

/// A coordinate to decode: the middle for one that was inactive.
fn middle(u: f64) -> f64 {
    if u == INACTIVE { 0.5 } else { u }
}
