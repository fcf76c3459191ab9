//! Random domains and spaces for property tests.

use proptest::prelude::*;
use surmise::space::{
    CategoricalDomain, Condition, Domain, FloatDomain, IntDomain, OrdinalDomain, ParamValue,
    Parameter, Scale, SearchSpace,
};

fn scale() -> impl Strategy<Value = Scale> {
    prop_oneof![Just(Scale::Linear), Just(Scale::Log)]
}

fn float() -> impl Strategy<Value = Domain> {
    let bounds = (scale(), -1e6..1e6, 1e-6..1e6, -9.0..3.0, 0.1..9.0);
    (bounds, prop::option::of(0.001..1.0)).prop_map(
        |((scale, low, width, log_low, decades), step)| {
            let (low, high) = match scale {
                Scale::Linear => (low, low + width),
                Scale::Log => (10f64.powf(log_low), 10f64.powf(log_low + decades)),
            };
            let step = step.map(|share: f64| share * (high - low));
            Domain::Float(FloatDomain::new(low, high, scale, step).unwrap())
        },
    )
}

fn int() -> impl Strategy<Value = Domain> {
    let widths = prop_oneof![1i64..20, 20i64..1_000_000];
    (scale(), -1000i64..1000, widths, 0.0..1.0).prop_map(|(scale, low, width, step)| {
        let low = if scale == Scale::Log { low.abs() + 1 } else { low };
        let step = 1 + (step * step * step * (width - 1) as f64) as i64;
        Domain::Int(IntDomain::new(low, low + width, scale, step).unwrap())
    })
}

fn choices() -> impl Strategy<Value = Domain> {
    (2i64..7, any::<bool>()).prop_map(|(n, ordered)| {
        let choices: Vec<ParamValue> = (0..n).map(|i| ParamValue::Int(1 << i)).collect();
        if ordered {
            Domain::Ordinal(OrdinalDomain::new(choices).unwrap())
        } else {
            Domain::Categorical(CategoricalDomain::new(choices).unwrap())
        }
    })
}

/// Any kind of domain.
pub(crate) fn domain() -> impl Strategy<Value = Domain> {
    prop_oneof![float(), int(), choices(), Just(Domain::Bool)]
}

/// A space of one to five parameters of any kind.
#[allow(dead_code, reason = "each test file uses its own part")]
pub(crate) fn space() -> impl Strategy<Value = SearchSpace> {
    prop::collection::vec(domain(), 1..6).prop_map(|domains| {
        let named = domains
            .into_iter()
            .enumerate()
            .map(|(i, domain)| Parameter::new(format!("p{i}"), domain));
        SearchSpace::new(named.collect()).unwrap()
    })
}

/// A space of one to five parameters, some of them conditional, perhaps with a constraint; some point
/// is feasible.
#[allow(dead_code, reason = "each test file uses its own part")]
pub(crate) fn tree() -> impl Strategy<Value = SearchSpace> {
    tree_of(1..6)
}

/// [`tree`] with so many parameters.
#[allow(dead_code, reason = "each test file uses its own part")]
pub(crate) fn tree_of(parameters: std::ops::Range<usize>) -> impl Strategy<Value = SearchSpace> {
    let parameter = (domain(), 0u8..4, any::<prop::sample::Index>(), 0.0..1.0);
    let constraint = prop::option::of(0.1..0.9);
    (prop::collection::vec(parameter, parameters), constraint).prop_filter_map(
        "no feasible point",
        |(declared, share)| {
            let mut parameters: Vec<Parameter> = Vec::new();
            for (i, (domain, kind, parent, u)) in declared.into_iter().enumerate() {
                let mut parameter = Parameter::new(format!("p{i}"), domain);
                if i > 0 && kind > 1 {
                    parameter.condition = Some(condition(&parameters[parent.index(i)], kind, u));
                }
                parameters.push(parameter);
            }
            let numeric = |p: &&Parameter| !matches!(p.domain, Domain::Bool);
            let mentioned: Vec<&Parameter> = parameters.iter().filter(numeric).take(2).collect();
            let constraints = match (share, mentioned.as_slice()) {
                (Some(share), [a, b]) => {
                    let sum = number(a, share) + number(b, share);
                    vec![format!("{} + {} <= {sum:?}", a.name, b.name)]
                }
                _ => Vec::new(),
            };
            let space = SearchSpace::with_constraints(parameters, constraints).unwrap();
            space.feasible_point().is_ok().then_some(space)
        },
    )
}

fn number(parameter: &Parameter, u: f64) -> f64 {
    parameter.domain.decode(u).as_f64().unwrap()
}

/// A condition on a parent of any kind.
fn condition(parent: &Parameter, kind: u8, u: f64) -> Condition {
    let (name, value) = (parent.name.clone(), parent.domain.decode(u));
    match (kind, &value) {
        (2, _) if parent.domain.levels().is_some() => Condition::Values(vec![(name, vec![value])]),
        (_, ParamValue::Bool(_)) => Condition::Expression(format!("not {name}")),
        _ => Condition::Expression(format!("{name} >= {value}")),
    }
}
