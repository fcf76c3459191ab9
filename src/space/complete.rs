//! Some values, completed.

use super::encoding::INACTIVE;
use super::error::SpaceError;
use super::params::{ParamValue, Params};
use super::search_space::SearchSpace;

impl SearchSpace {
    /// Completes some values: every other active parameter has the user's guess, or else the middle of its
    /// domain.
    ///
    /// # Errors
    /// As [`check`](Self::check); the completion may not satisfy the constraints.
    pub fn complete(&self, values: &[(String, ParamValue)]) -> Result<Params, SpaceError> {
        let given = |name: &str| {
            let value = values.iter().rev().find(|(given, _)| given == name);
            value.map(|(_, value)| value.clone())
        };
        let unit = self.parameters.iter().map(|parameter| match given(&parameter.name) {
            Some(value) => parameter.domain.encode(&value),
            None => parameter.guess.as_ref().map_or(0.5, |guess| guess.center()),
        });
        let unit = self.snap(&unit.collect::<Vec<_>>());
        let mut complete = values.to_vec();
        for (parameter, unit) in self.parameters.iter().zip(unit) {
            if unit == INACTIVE || given(&parameter.name).is_some() {
                continue;
            }
            let guess = parameter.guess.as_ref().map(|guess| guess.value().clone());
            let value = guess.unwrap_or_else(|| parameter.domain.decode(unit));
            complete.push((parameter.name.clone(), value));
        }
        self.check(complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{Condition, Domain, Parameter};

    fn space() -> SearchSpace {
        let lr = Parameter::new("lr", Domain::log_float(1e-4, 1.0).unwrap());
        let sgd = Parameter::new("sgd", Domain::Bool);
        let momentum = Parameter::new("momentum", Domain::float(0.0, 1.0).unwrap())
            .when(Condition::Expression("sgd".into()))
            .with_guess(0.9, None)
            .unwrap();
        SearchSpace::new(vec![lr, sgd, momentum]).unwrap()
    }

    fn text(values: &[(&str, ParamValue)]) -> Result<String, SpaceError> {
        let values: Vec<_> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        space().complete(&values).map(|params| params.to_string())
    }

    #[test]
    fn what_is_not_given_is_guessed_or_the_middle_and_only_where_active() {
        let all = text(&[("sgd", true.into()), ("lr", 0.3.into())]).unwrap();
        assert_eq!(
            all,
            space()
                .check([
                    ("lr", ParamValue::Float(0.3)),
                    ("sgd", true.into()),
                    ("momentum", 0.9.into())
                ])
                .unwrap()
                .to_string()
        );
        let middle = space().complete(&[("sgd".into(), false.into())]).unwrap();
        assert!((middle.f64("lr").unwrap() - 1e-2).abs() < 1e-12);
        assert_eq!(middle.get("momentum"), None);
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        assert!(matches!(text(&[("lr", 2.0.into())]), Err(SpaceError::Outside { .. })));
        assert!(matches!(text(&[("lr", "fast".into())]), Err(SpaceError::Outside { .. })));
        assert!(matches!(text(&[("lt", 0.1.into())]), Err(SpaceError::Unknown { .. })));
        let inactive = text(&[("sgd", false.into()), ("momentum", 0.5.into())]);
        assert!(matches!(inactive, Err(SpaceError::Inactive { .. })));
    }
}
