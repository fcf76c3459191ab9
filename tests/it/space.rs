//! Encoding: parameters to the unit cube and back.

use proptest::prelude::*;
use surmise::space::{
    Condition, Domain, FloatDomain, Guess, INACTIVE, IntDomain, ParamValue, Parameter, Params,
    Scale, SearchSpace, SpaceError,
};

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => 0.0..=1.0,
        1 => Just(0.0),
        1 => Just(1.0),
        1 => -10.0..10.0,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
    ]
}

fn named(params: &Params) -> Vec<(String, ParamValue)> {
    params.iter().map(|(n, v)| (n.to_owned(), v.clone())).collect()
}

fn tree_and_point() -> impl Strategy<Value = (SearchSpace, Vec<f64>)> {
    let inactive = prop_oneof![9 => coordinate(), 1 => Just(INACTIVE)];
    crate::spaces::tree().prop_flat_map(move |space| {
        let d = space.len();
        (Just(space), prop::collection::vec(inactive.clone(), d))
    })
}

proptest! {
    /// What decodes is accepted, unless a constraint says no, and then both ways of asking agree.
    #[test]
    fn decoded_points_are_feasible_or_refused((space, unit) in tree_and_point()) {
        let params = space.decode(&unit);
        let snapped = space.snap(&unit);
        match space.check(named(&params)) {
            Ok(checked) => {
                prop_assert!(space.is_feasible(&snapped));
                prop_assert_eq!(checked, params);
            }
            Err(SpaceError::Infeasible { .. }) => prop_assert!(!space.is_feasible(&snapped)),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    /// Coordinates, values and conditions agree on who is active.
    #[test]
    fn the_active_set_is_consistent((space, unit) in tree_and_point()) {
        let (snapped, params) = (space.snap(&unit), space.decode(&unit));
        for (column, parameter) in space.parameters().iter().enumerate() {
            let u = snapped[column];
            prop_assert!(u == INACTIVE || (0.0..=1.0).contains(&u));
            prop_assert_eq!(u == INACTIVE, params.get(&parameter.name).is_none());
            prop_assert!(u != INACTIVE || space.may_be_inactive(column));
        }
        // Without a value for one of the active ones, or with one more, it is no point.
        let mut fewer = named(&params);
        fewer.pop();
        prop_assert!(space.check(fewer).is_err());
        if let Some(column) = snapped.iter().position(|u| *u == INACTIVE) {
            let extra = &space.parameters()[column];
            let mut more = named(&params);
            more.push((extra.name.clone(), extra.domain.decode(0.5)));
            let refused = space.check(more);
            prop_assert!(matches!(refused, Err(SpaceError::Inactive { .. })), "{:?}", refused);
        }
    }

    #[test]
    fn encoding_a_tree_is_stable((space, unit) in tree_and_point()) {
        let snapped = space.snap(&unit);
        let bits = |unit: &[f64]| unit.iter().map(|u| u.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&space.snap(&snapped)), bits(&snapped));
        prop_assert_eq!(space.decode(&snapped), space.decode(&unit));
        let encoded = space.encode(&space.decode(&unit));
        for (column, parameter) in space.parameters().iter().enumerate() {
            let (a, b) = (encoded[column], snapped[column]);
            if b == INACTIVE || parameter.domain.levels().is_some() {
                prop_assert_eq!(a.to_bits(), b.to_bits());
            } else {
                prop_assert!((a - b).abs() <= 1e-6, "{} {}", a, b);
            }
        }
        // A point of nothing but inactive columns becomes the middle of what is active there.
        let middle = space.snap(&vec![INACTIVE; space.len()]);
        for (parameter, u) in space.parameters().iter().zip(middle) {
            prop_assert!(u == INACTIVE || u == parameter.domain.snap(0.5));
        }
    }

    #[test]
    fn the_points_of_a_finite_tree_are_all_there_are((space, unit) in tree_and_point()) {
        let Some(points) = space.points() else {
            return Ok(());
        };
        prop_assert_eq!(space.cardinality(), Some(points.len() as u64));
        prop_assert!(points.is_sorted_by(|a, b| a < b));
        prop_assert!(points.iter().all(|p| space.is_feasible(p) && space.snap(p) == *p));
        let snapped = space.snap(&unit);
        prop_assert_eq!(points.contains(&snapped), space.is_feasible(&snapped));
    }

    #[test]
    fn decoded_points_are_inside_the_space(
        (space, unit) in crate::spaces::space().prop_flat_map(|space| {
            let d = space.len();
            (Just(space), prop::collection::vec(coordinate(), d))
        }),
    ) {
        let params = space.decode(&unit);
        prop_assert_eq!(params.iter().len(), space.len());
        prop_assert_eq!(space.check(named(&params)), Ok(params));
    }

    #[test]
    fn encode_and_decode_are_stable(domain in crate::spaces::domain(), u in coordinate()) {
        let value = domain.decode(u);
        let encoded = domain.encode(&value);
        prop_assert!((0.0..=1.0).contains(&encoded));
        let again = domain.decode(encoded);
        match (&value, &again, domain.levels()) {
            (ParamValue::Float(a), ParamValue::Float(b), None) => {
                // To rounding, relative to the range: a coordinate near 0 is a value near low.
                let Domain::Float(d) = &domain else { unreachable!() };
                let size = d.low().abs().max(d.high().abs());
                prop_assert!((a - b).abs() <= 1e-12 * size, "{} {}", a, b);
            }
            _ => prop_assert_eq!(value, again),
        }
    }

    #[test]
    fn snapping_is_what_decoding_sees(domain in crate::spaces::domain(), u in coordinate()) {
        let snapped = domain.snap(u);
        prop_assert!((0.0..=1.0).contains(&snapped));
        prop_assert_eq!(domain.snap(snapped).to_bits(), snapped.to_bits());
        prop_assert_eq!(domain.decode(u), domain.decode(snapped));
        if domain.levels().is_some() {
            prop_assert_eq!(domain.encode(&domain.decode(u)).to_bits(), snapped.to_bits());
        }
    }

    #[test]
    fn numbers_keep_their_order(domain in crate::spaces::domain(), a in 0.0..=1.0, b in 0.0..=1.0) {
        if let (Some(x), Some(y)) = (domain.decode(a).as_f64(), domain.decode(b).as_f64())
            && domain.is_ordered()
        {
            prop_assert!((a <= b && x <= y) || (a >= b && x >= y), "{} {}: {} {}", a, b, x, y);
        }
    }
}

/// Every level of a log integer is reached, its ends included, and each has about its share.
#[test]
fn log_integers_reach_their_ends() {
    for (low, high) in [(1, 2), (1, 10), (3, 5), (1, 1000), (16, 1024)] {
        let domain = Domain::Int(IntDomain::new(low, high, Scale::Log, 1).unwrap());
        assert_eq!(domain.decode(0.0), ParamValue::Int(low));
        assert_eq!(domain.decode(1.0), ParamValue::Int(high));
        let units = domain.level_units().unwrap();
        assert_eq!(units.len() as i64, high - low + 1);
        assert!(units.is_sorted_by(|a, b| a < b));
        for (k, &u) in units.iter().enumerate() {
            assert_eq!(domain.decode(u), ParamValue::Int(low + k as i64));
        }
    }
    // Between 1 and 2 on a log scale both have half of the unit interval.
    let domain = Domain::Int(IntDomain::new(1, 2, Scale::Log, 1).unwrap());
    assert_eq!(domain.decode(0.499), ParamValue::Int(1));
    assert_eq!(domain.decode(0.501), ParamValue::Int(2));
}

#[test]
fn a_grid_reaches_its_last_point_despite_rounding() {
    let domain = Domain::Float(FloatDomain::new(0.0, 0.3, Scale::Linear, Some(0.1)).unwrap());
    assert_eq!(domain.levels(), Some(4));
    assert_eq!(domain.decode(1.0), ParamValue::Float(0.3));
}

#[test]
fn columns_follow_the_order_of_declaration() {
    let float = |name: &str, high| Parameter::new(name, Domain::float(0.0, high).unwrap());
    let space = SearchSpace::new(vec![float("b", 10.0), float("a", 100.0)]).unwrap();
    let params = space.check([("a", ParamValue::Int(50)), ("b", ParamValue::Float(1.0))]).unwrap();
    assert_eq!(params.to_string(), "b=1.0 a=50.0");
    assert_eq!(space.encode(&params), [0.1, 0.5]);
}

fn text(value: &str) -> ParamValue {
    ParamValue::Text(value.to_owned())
}

/// An optimizer with a momentum for one of its kinds, and a limit on two sizes.
fn network() -> SearchSpace {
    let sgd = Condition::Values(vec![("optimizer".into(), vec![text("sgd")])]);
    let decay = Condition::Expression("optimizer == 'sgd' and momentum > 0.5".into());
    SearchSpace::with_constraints(
        vec![
            Parameter::new("optimizer", Domain::categorical(["adam", "sgd"]).unwrap()),
            Parameter::new("momentum", Domain::float(0.0, 1.0).unwrap()).when(sgd),
            Parameter::new("decay", Domain::Bool).when(decay),
            Parameter::new("batch", Domain::int(1, 8).unwrap()),
        ],
        vec!["batch * momentum <= 4".into()],
    )
    .unwrap()
}

#[test]
fn checking_says_which_condition_or_constraint_is_in_the_way() {
    let space = network();
    let refused = |values: &[(&str, ParamValue)]| {
        space.check(values.to_vec()).map(|p| p.to_string()).map_err(|e| e.to_string())
    };
    let (adam, sgd) = (("optimizer", text("adam")), ("optimizer", text("sgd")));
    let (momentum, batch) =
        (|v| ("momentum", ParamValue::Float(v)), |v| ("batch", ParamValue::Int(v)));
    assert_eq!(refused(&[batch(8), adam.clone()]), Ok("optimizer=adam batch=8".into()));
    assert_eq!(
        refused(&[sgd.clone(), momentum(0.5), batch(8)]),
        Ok("optimizer=sgd momentum=0.5 batch=8".into())
    );
    for (values, message) in [
        (
            vec![adam, batch(8), momentum(0.5)],
            "parameter `momentum` has a value, but it is active only when optimizer is sgd",
        ),
        (vec![sgd.clone(), batch(8)], "parameter `momentum` has no value"),
        (vec![sgd.clone(), momentum(0.75), batch(8)], "parameter `decay` has no value"),
        (
            vec![sgd, momentum(0.75), ("decay", ParamValue::Bool(true)), batch(8)],
            "the constraint `batch * momentum <= 4` does not hold with batch = 8, momentum = 0.75",
        ),
    ] {
        assert_eq!(refused(&values), Err(message.to_owned()));
    }
    // A constraint that mentions an inactive parameter holds.
    assert!(space.is_feasible(&space.snap(&[0.0, 1.0, 0.0, 1.0])));
    assert!(!space.is_feasible(&space.snap(&[1.0, 1.0, 0.0, 1.0])));
    assert_eq!(space.cardinality(), None);
    assert!(space.may_repeat());
}

/// Counting walks over the values of parents only, and lists nothing it need not.
#[test]
fn large_trees_are_counted_or_given_up_at_once() {
    let begin = std::time::Instant::now();
    let kinds = Parameter::new("kind", Domain::int(0, 99).unwrap());
    // A hundred kinds, each with 50 values of its own: 5,000 points in a box of 100 · 50¹⁰⁰.
    let own = |i: i64| {
        let condition = Condition::Expression(format!("kind == {i}"));
        Parameter::new(format!("x{i}"), Domain::int(1, 50).unwrap()).when(condition)
    };
    let mut parameters = vec![kinds];
    parameters.extend((0..100).map(own));
    let space = SearchSpace::new(parameters.clone()).unwrap();
    assert_eq!(space.cardinality(), Some(5000));
    // A domain that is active nowhere costs nothing.
    let never = Condition::Expression("kind > 99".into());
    parameters.push(Parameter::new("huge", Domain::int(0, 1 << 50).unwrap()).when(never.clone()));
    let space = SearchSpace::new(parameters.clone()).unwrap();
    assert_eq!(space.cardinality(), Some(5000));
    parameters.push(Parameter::new("real", Domain::float(0.0, 1.0).unwrap()).when(never));
    assert_eq!(SearchSpace::new(parameters).unwrap().cardinality(), Some(5000));
    // Far too many points, some of them feasible: found at once, counted not at all.
    let wide = (0..20).map(|i| Parameter::new(format!("y{i}"), Domain::int(1, 9).unwrap()));
    let constraint = vec!["y0 + y1 < 4".into()];
    let space = SearchSpace::with_constraints(wide.collect(), constraint).unwrap();
    assert!(space.feasible_point().is_ok());
    assert_eq!((space.cardinality(), space.points()), (None, None));
    // Seconds would mean that it walked over what it should skip.
    assert!(begin.elapsed().as_secs() < 60);
}

#[test]
fn equal_declarations_are_equal_spaces_in_any_thread() {
    fn shared<T: Clone + Send + Sync>(value: &T) -> T {
        value.clone()
    }
    let space = network();
    assert_eq!(shared(&space), network());
    let values = |order: [&str; 2]| {
        let condition = Condition::Values(vec![("kind".into(), order.map(text).to_vec())]);
        let kind = Parameter::new("kind", Domain::categorical(["a", "b", "c"]).unwrap());
        let x = Parameter::new("x", Domain::Bool).when(condition);
        SearchSpace::new(vec![kind, x]).unwrap()
    };
    assert_eq!(values(["a", "c"]), values(["c", "a"]), "the order of values means nothing");
    assert_eq!(values(["a", "c"]).cardinality(), Some(5));
}

#[test]
fn a_space_without_a_feasible_point_says_what_was_tried() {
    let int = |name| Parameter::new(name, Domain::int(1, 9).unwrap());
    let float = |name| Parameter::new(name, Domain::float(0.0, 1.0).unwrap());
    let tried = |parameters, constraint: &str| {
        let space = SearchSpace::with_constraints(parameters, vec![constraint.into()]).unwrap();
        space.feasible_point().map(<[f64]>::to_vec).map_err(|e| e.to_string())
    };
    assert_eq!(
        tried(vec![int("a"), int("b")], "a * b == 11"),
        Err("no point of the space satisfies the constraints: each was tried".into())
    );
    assert!(tried(vec![int("a"), int("b")], "a * b == 81").is_ok());
    assert_eq!(
        tried(vec![float("a"), float("b")], "a + b > 2"),
        Err("no point of the space satisfies the constraints: none of 131072 quasi-random points \
             does"
            .into())
    );
    assert!(tried(vec![float("a"), float("b")], "a + b > 1.99").is_ok());
}

#[test]
fn guesses_in_the_unit_cube() {
    let guess = |domain: &Domain, value: f64, spread| {
        let guess = Guess::new(domain, value.into(), spread).unwrap();
        (guess.center(), guess.deviation().unwrap())
    };
    let close = |(a, b): (f64, f64), (c, d): (f64, f64)| {
        assert!((a - c).abs() < 1e-12 && (b - d).abs() < 1e-12, "{a} {b}");
    };
    close(guess(&Domain::float(0.0, 10.0).unwrap(), 5.0, None), (0.5, 0.25));
    close(guess(&Domain::float(0.0, 10.0).unwrap(), 2.0, Some(1.0)), (0.2, 0.1));
    close(guess(&Domain::log_float(1e-4, 1.0).unwrap(), 1e-3, Some(10.0)), (0.25, 0.25));
    // Ten levels at the middles of ten bins: the range is nine of them.
    close(guess(&Domain::int(1, 10).unwrap(), 1.0, None), (0.05, 0.225));
    close(guess(&Domain::int(1, 10).unwrap(), 10.0, Some(2.0)), (0.95, 0.2));
    let choice = Guess::new(&Domain::categorical(["a", "b"]).unwrap(), text("b"), None).unwrap();
    assert_eq!((choice.center(), choice.deviation()), (0.75, None));
    let domain = Domain::log_float(1e-4, 1.0).unwrap();
    assert!(matches!(Guess::new(&domain, 2.0.into(), None), Err(SpaceError::BadGuess { .. })));
    for spread in [1.0, -2.0, f64::NAN, f64::INFINITY] {
        let refused = Guess::new(&domain, 0.1.into(), Some(spread));
        assert!(matches!(refused, Err(SpaceError::BadSpread { .. })), "{spread}");
    }
}
