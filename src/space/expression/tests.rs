//! What expressions mean and what is refused.

use super::*;
use crate::space::Domain;

fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::new("n", Domain::int(1, 9).unwrap()),
        Parameter::new("lr", Domain::float(0.0, 1.0).unwrap()),
        Parameter::new("optimizer", Domain::categorical(["sgd", "adam"]).unwrap()),
        Parameter::new("flag", Domain::Bool),
        Parameter::new("a-b", Domain::int(0, 5).unwrap()),
        Parameter::new("opt.wd", Domain::float(0.0, 1.0).unwrap()),
        Parameter::new("if", Domain::int(0, 5).unwrap()),
    ]
}

fn values() -> Vec<Option<ParamValue>> {
    let text = ParamValue::Text("sgd".into());
    let (float, int) = (ParamValue::Float, ParamValue::Int);
    [int(4), float(0.25), text, ParamValue::Bool(true), int(3), float(0.5), int(2)].map(Some).into()
}

fn evaluate(text: &str) -> Result<bool, ExpressionError> {
    Expression::compile(text, &parameters(), 7)?.evaluate(&values())
}

#[track_caller]
fn refused(text: &str) -> (String, Option<&str>) {
    let error = evaluate(text).expect_err(text);
    let place = error.place().map(|at| &text[at]);
    (error.to_string(), place)
}

#[test]
fn true_ones() {
    for text in [
        "n == 4",
        "n * lr == 1",
        "1 / 2 == 0.5",
        "n / 2 == 2 and n / 8 == 0.5",
        "7 % 4 == 3 and -1 % 4 == 3",
        "optimizer == 'sgd'",
        "\"sgd\" == optimizer",
        "optimizer != 'adam' and not (optimizer == 'adam')",
        "flag",
        "not flag == false",
        "flag == true && !(n > 4) || false",
        "${a-b} + 1 == n and $n == n",
        "opt.wd == .5",
        "if == 2",
        "lr < 10 * opt.wd",
        "min(n, lr) == lr and max(n, lr, 7) == 7 and min(4, 3, 2, 1) == 1",
        "abs(-n) == n and abs(lr - 1) == 0.75",
        "log(exp(1)) == 1 and log2(8) == 3 and log10(1e3) == 3",
        "sqrt(n) == 2 and pow(n, 2) == 16 and pow(n, 0.5) == 2 and round(2.6) == 3",
        "1e-3 < lr and 1.5E+2 == 150 and n - 1 == 3 and n -1 == 3",
        "n > 1 or 1 / 0 > 3",
        "n >= 4\n  and n <= 4",
    ] {
        assert_eq!(evaluate(text), Ok(true), "{text}");
    }
}

#[test]
fn what_has_no_finite_result_is_false() {
    for text in [
        "1 / 0 > 0",
        "1 / 0 < 0",
        "n / (n - 4) != 0",
        "n % 0 == 0",
        "1.0 / 0 > 0",
        "9223372036854775807 + n > 0",
        "exp(1000) > 1",
        "log(0) < 0",
        "sqrt(-1) < 5",
        "pow(10, 400) > 1",
        "not (1 / 0 > 0)",
    ] {
        assert_eq!(evaluate(text), Ok(false), "{text}");
    }
}

#[test]
fn inactive_parameters_make_it_false() {
    let expression = Expression::compile("n < 3 or lr > 0", &parameters(), 7).unwrap();
    assert_eq!(expression.columns().collect::<Vec<_>>(), [0, 1]);
    let mut values = values();
    values[0] = None;
    assert!(!expression.holds(&values));
}

#[test]
fn mistakes_are_placed_and_explained() {
    for (text, message, place) in [
        ("m > 3", "unknown parameter `m`", "m"),
        ("n > 3 and foo(n)", "unknown function `foo`", "foo"),
        ("optimizer == 'sdg'", "`optimizer` is never `sdg`, it is one of sgd, adam", "'sdg'"),
        ("(3 == flag)", "`flag` is never `3`, it is true or false", "3"),
        ("n = 4", "`=` is no operator here: write `==` to compare", "="),
        ("pow(n ** 2)", "`**` is no operator here: write `pow(x, 2)`", "**"),
        ("n > 'x", "the text is never closed with `'`", "'x"),
        ("n > 3.4.5", "`3.4.5` is no number", "3.4.5"),
        ("n > 3; n", "the character ';' has no meaning here", ";"),
        ("n > ", "the expression ends too early", ""),
        ("(n > 3", "expected `)`", ""),
        ("n > 3 n", "this cannot stand here", "n"),
        ("n > * 3", "this cannot stand here", "*"),
        ("", "the expression is empty", ""),
        ("$ > 3", "a `$` needs the name of a parameter", "$"),
        ("${n > 3", "`${` needs a name and a `}`", "${n > 3"),
    ] {
        let (found, at) = refused(text);
        assert_eq!((found.as_str(), at), (message, Some(place)), "{text}");
    }
    let deep = format!("{}n{} > 1", "(".repeat(500), ")".repeat(500));
    assert_eq!(refused(&deep).0, "the expression is nested too deep");
    assert!(matches!(
        Expression::compile("n > lr", &parameters(), 1),
        Err(ExpressionError::NotBefore { name, .. }) if name == "lr"
    ));
}

#[test]
fn wrong_kinds_are_errors() {
    for (text, message) in [
        ("n + 1", "the expression must be true or false, but comes out as the number 5"),
        ("optimizer", "the expression must be true or false, but comes out as the text `sgd`"),
        ("optimizer < 3", "`<` computes with numbers, found the text `sgd`"),
        ("1 < n < 9", "`<` computes with numbers, found `true`"),
        ("not n", "`not` needs a condition, found the number 4"),
        ("n and flag", "`and` and `or` join conditions such as `x > 1`"),
        ("sqrt(n, 2) > 1", "`sqrt` takes another number of arguments"),
        ("flag + 1 > 1", "`+` computes with numbers, found `true`"),
    ] {
        assert_eq!(refused(text), (message.to_owned(), None), "{text}");
    }
}
