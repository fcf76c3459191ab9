//! What expressions compute with: numbers that mix, texts, booleans.
//!
//! The engine brings the grammar; every operator and function is ours, so that `1 / 2` is a half, `log`
//! is the natural one, nothing overflows quietly, and no text is below a number.

use std::sync::LazyLock;

use rhai::{Dynamic, Engine, EvalAltResult, Position};

/// The functions there are.
pub(super) const FUNCTIONS: [&str; 10] =
    ["min", "max", "abs", "log", "log2", "log10", "exp", "sqrt", "pow", "round"];

type Computed = Result<Dynamic, Box<EvalAltResult>>;

/// Lists and calls in each other that an expression may have.
const MOST_DEPTH: usize = 64;

/// The one engine: grammar, operators, functions, no state.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::new_raw();
    // Else its own operators go first.
    engine.set_fast_operators(false);
    engine.set_max_expr_depths(MOST_DEPTH);
    engine.set_max_operations(100_000);
    for operator in ["+", "-", "*", "/", "%"] {
        engine.register_fn(operator, move |a: Dynamic, b: Dynamic| arithmetic(operator, &a, &b));
    }
    for operator in ["<", "<=", ">", ">=", "==", "!="] {
        engine.register_fn(operator, move |a: Dynamic, b: Dynamic| compare(operator, &a, &b));
    }
    engine.register_fn("-", |a: Dynamic| match number("-", &a)? {
        Number::Int(v) => v.checked_neg().map(Dynamic::from_int).ok_or_else(|| overflow("-")),
        Number::Float(v) => finite("-", -v),
    });
    engine.register_fn("+", |a: Dynamic| number("+", &a).map(|_| a));
    engine.register_fn("!", |a: Dynamic| match a.as_bool() {
        Ok(v) => Ok(Dynamic::from_bool(!v)),
        Err(_) => wrong(format!("`not` needs a condition, found {}", describe(&a))),
    });
    for (name, least) in [("min", true), ("max", false)] {
        engine.register_fn(name, move |a: Dynamic, b: Dynamic| extreme(name, least, &[a, b]));
        engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic| {
            extreme(name, least, &[a, b, c])
        });
        engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic| {
            extreme(name, least, &[a, b, c, d])
        });
    }
    type Real = fn(f64) -> f64;
    let real: [(&'static str, Real); 6] = [
        ("log", libm::log),
        ("log2", libm::log2),
        ("log10", libm::log10),
        ("exp", libm::exp),
        ("sqrt", libm::sqrt),
        ("round", libm::rint),
    ];
    for (name, function) in real {
        engine
            .register_fn(name, move |a: Dynamic| finite(name, function(number(name, &a)?.real())));
    }
    engine.register_fn("abs", |a: Dynamic| match number("abs", &a)? {
        Number::Int(v) => v.checked_abs().map(Dynamic::from_int).ok_or_else(|| overflow("abs")),
        Number::Float(v) => finite("abs", v.abs()),
    });
    engine.register_fn("pow", |a: Dynamic, b: Dynamic| {
        let (base, exponent) = (number("pow", &a)?.real(), number("pow", &b)?.real());
        finite("pow", libm::pow(base, exponent))
    });
    engine
});

#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn real(self) -> f64 {
        match self {
            Self::Int(v) => v as f64,
            Self::Float(v) => v,
        }
    }
}

/// A value of the wrong kind: wrong wherever it is evaluated.
fn wrong<T>(reason: String) -> Result<T, Box<EvalAltResult>> {
    Err(Box::new(EvalAltResult::ErrorRuntime(reason.into(), Position::NONE)))
}

/// No number comes out: at these values.
fn overflow(operator: &str) -> Box<EvalAltResult> {
    let reason = format!("`{operator}` has no finite result");
    Box::new(EvalAltResult::ErrorArithmetic(reason, Position::NONE))
}

fn finite(operator: &str, value: f64) -> Computed {
    if value.is_finite() { Ok(Dynamic::from_float(value)) } else { Err(overflow(operator)) }
}

fn number(operator: &str, value: &Dynamic) -> Result<Number, Box<EvalAltResult>> {
    match (value.as_int(), value.as_float()) {
        (Ok(v), _) => Ok(Number::Int(v)),
        (_, Ok(v)) => Ok(Number::Float(v)),
        _ => wrong(format!("`{operator}` computes with numbers, found {}", describe(value))),
    }
}

/// A value in words.
pub(super) fn describe(value: &Dynamic) -> String {
    if value.is_string() {
        format!("the text `{value}`")
    } else if value.is_bool() {
        format!("`{value}`")
    } else {
        format!("the number {value}")
    }
}

fn arithmetic(operator: &'static str, a: &Dynamic, b: &Dynamic) -> Computed {
    let (a, b) = (number(operator, a)?, number(operator, b)?);
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let exact = match operator {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            "%" => a.checked_rem_euclid(b),
            // Whole where it comes out whole, as a half where not.
            _ if b != 0 && a.checked_rem(b) == Some(0) => a.checked_div(b),
            _ => return finite(operator, a as f64 / b as f64),
        };
        return exact.map(Dynamic::from_int).ok_or_else(|| overflow(operator));
    }
    let (a, b) = (a.real(), b.real());
    finite(
        operator,
        match operator {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "%" => a.rem_euclid(b),
            _ => a / b,
        },
    )
}

fn compare(operator: &'static str, a: &Dynamic, b: &Dynamic) -> Computed {
    if let ("==" | "!=", false) = (operator, is_number(a) && is_number(b)) {
        let texts =
            a.clone().into_immutable_string().ok().zip(b.clone().into_immutable_string().ok());
        let equal = match (texts, a.as_bool(), b.as_bool()) {
            (Some((a, b)), ..) => a == b,
            (None, Ok(a), Ok(b)) => a == b,
            // A parameter may have choices of several kinds.
            _ => false,
        };
        return Ok(Dynamic::from_bool(equal == (operator == "==")));
    }
    let (a, b) = (number(operator, a)?, number(operator, b)?);
    let order = match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (a, b) => a.real().partial_cmp(&b.real()),
    };
    Ok(Dynamic::from_bool(order.is_some_and(|order| match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "==" => order.is_eq(),
        _ => order.is_ne(),
    })))
}

fn is_number(value: &Dynamic) -> bool {
    value.is_int() || value.is_float()
}

fn extreme(name: &'static str, least: bool, values: &[Dynamic]) -> Computed {
    let mut best = values[0].clone();
    number(name, &best)?;
    for value in &values[1..] {
        let (a, b) = (number(name, value)?.real(), number(name, &best)?.real());
        if if least { a < b } else { a > b } {
            best = value.clone();
        }
    }
    Ok(best)
}
