//! Encoding: parameters to the unit cube and back.

use proptest::prelude::*;
use surmise::space::{
    Domain, FloatDomain, IntDomain, ParamValue, Parameter, Params, Scale, SearchSpace,
};

mod spaces;

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

proptest! {
    #[test]
    fn decoded_points_are_inside_the_space(
        (space, unit) in spaces::space().prop_flat_map(|space| {
            let d = space.len();
            (Just(space), prop::collection::vec(coordinate(), d))
        }),
    ) {
        let params = space.decode(&unit);
        prop_assert_eq!(params.iter().len(), space.len());
        prop_assert_eq!(space.check(named(&params)), Ok(params));
    }

    #[test]
    fn encode_and_decode_are_stable(domain in spaces::domain(), u in coordinate()) {
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
    fn snapping_is_what_decoding_sees(domain in spaces::domain(), u in coordinate()) {
        let snapped = domain.snap(u);
        prop_assert!((0.0..=1.0).contains(&snapped));
        prop_assert_eq!(domain.snap(snapped).to_bits(), snapped.to_bits());
        prop_assert_eq!(domain.decode(u), domain.decode(snapped));
        if domain.levels().is_some() {
            prop_assert_eq!(domain.encode(&domain.decode(u)).to_bits(), snapped.to_bits());
        }
    }

    #[test]
    fn numbers_keep_their_order(domain in spaces::domain(), a in 0.0..=1.0, b in 0.0..=1.0) {
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
    let float = |name: &str, high| Parameter {
        name: name.into(),
        domain: Domain::Float(FloatDomain::new(0.0, high, Scale::Linear, None).unwrap()),
    };
    let space = SearchSpace::new(vec![float("b", 10.0), float("a", 100.0)]).unwrap();
    let params = space.check([("a", ParamValue::Int(50)), ("b", ParamValue::Float(1.0))]).unwrap();
    assert_eq!(params.to_string(), "b=1.0 a=50.0");
    assert_eq!(space.encode(&params), [0.1, 0.5]);
}
