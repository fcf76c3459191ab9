//! One parameter: declared tree ↔ [`Domain`].

use serde_json::{Value, json};

use crate::config::{Data, Entry, Fields, Problem, nearest};
use crate::space::{
    CategoricalDomain, Domain, FloatDomain, IntDomain, OrdinalDomain, ParamValue, Scale, SpaceError,
};

const KINDS: [(&str, Kind); 5] = [
    ("float", Kind::Float),
    ("int", Kind::Int),
    ("categorical", Kind::Categorical),
    ("bool", Kind::Bool),
    ("ordinal", Kind::Ordinal),
];

const KEYS: [&str; 9] =
    ["type", "low", "high", "log", "step", "choices", "when", "guess", "spread"];

/// Keys of every kind of parameter; not part of its domain.
const COMMON: [&str; 3] = ["when", "guess", "spread"];

/// Choices of one parameter.
const MOST_CHOICES: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Float,
    Int,
    Categorical,
    Bool,
    Ordinal,
}

impl Kind {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Float | Self::Int => &["type", "low", "high", "log", "step"],
            Self::Categorical | Self::Ordinal => &["type", "choices"],
            Self::Bool => &["type"],
        }
    }

    fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Reads a parameter's domain, in full or in one of its short forms.
pub(super) fn read(parameter: &Entry<'_>) -> Result<Domain, Problem> {
    match &parameter.node.data {
        Data::List(_) => read_list(parameter),
        Data::Text(word) if word == "bool" => Ok(Domain::Bool),
        Data::Map(_) => read_map(parameter),
        _ => Err(parameter.expected("a map").help(
            "write `{ type: float, low: 0.0, high: 1.0 }`; a constant belongs into the objective",
        )),
    }
}

/// `[a, b, c]`: choices. Two numbers may as well be meant as a range, so they are refused.
fn read_list(parameter: &Entry<'_>) -> Result<Domain, Problem> {
    let items = parameter.list()?;
    let number = |e: &Entry<'_>| matches!(e.node.data, Data::Int(_) | Data::Float(_));
    if let [first, second] = items.as_slice()
        && number(first)
        && number(second)
    {
        let (low, high) = (first.node.to_json(), second.node.to_json());
        return Err(parameter
            .problem(
                format!("`{}` may be a range or two choices", parameter.name),
                "which of them?",
            )
            .help(format!(
                "write `{{ low: {low}, high: {high} }}` or `{{ choices: [{low}, {high}] }}`"
            )));
    }
    read_choices(parameter).map(|choices| categorical(parameter, choices))?
}

fn read_map(parameter: &Entry<'_>) -> Result<Domain, Problem> {
    let fields = parameter.fields()?;
    let kind = match fields.get("type") {
        Some(kind) => kind.word(&KINDS)?,
        None => guess_kind(&fields, parameter)?,
    };
    check_keys(&fields, kind)?;
    match kind {
        Kind::Float => read_float(&fields),
        Kind::Int => read_int(&fields),
        Kind::Bool => Ok(Domain::Bool),
        Kind::Categorical | Kind::Ordinal => {
            let entry = fields.require("choices", "choices: [a, b, c]")?;
            let choices = read_choices(&entry)?;
            if kind == Kind::Categorical {
                categorical(&entry, choices)
            } else {
                OrdinalDomain::new(choices.clone())
                    .map(Domain::Ordinal)
                    .map_err(|e| wrong_choices(&entry, &choices, &e))
            }
        }
    }
}

/// Without `type`: choices make it categorical, whole bounds (and step) int, others float.
fn guess_kind(fields: &Fields<'_>, parameter: &Entry<'_>) -> Result<Kind, Problem> {
    if fields.get("choices").is_some() {
        return Ok(Kind::Categorical);
    }
    let bounds: Vec<Entry<'_>> =
        ["low", "high", "step"].iter().filter_map(|key| fields.get(key)).collect();
    if bounds.is_empty() {
        fields.only("a parameter", &KEYS)?;
        let name = parameter.name.as_str();
        return Err(Problem::new(
            parameter.place,
            format!("`{name}` lacks the key `type`"),
            "needs `type`",
        )
        .help("write `{ type: float, low: 0.0, high: 1.0 }` or `{ choices: [a, b, c] }`"));
    }
    let whole = bounds.iter().all(|e| matches!(e.node.data, Data::Int(_)));
    Ok(if whole { Kind::Int } else { Kind::Float })
}

/// Refuses unknown keys, and keys of other kinds of parameter.
fn check_keys(fields: &Fields<'_>, kind: Kind) -> Result<(), Problem> {
    for (key, _) in fields.iter() {
        let name = key.name.as_str();
        if kind.keys().contains(&name) || COMMON.contains(&name) {
            continue;
        }
        if KEYS.contains(&name) {
            let keys: Vec<String> = kind.keys().iter().map(|k| format!("`{k}`")).collect();
            return Err(Problem::new(
                key.id,
                format!("`{name}` does not go with the type `{}`", kind.name()),
                "not for this type",
            )
            .help(format!("`{}` takes {}", kind.name(), keys.join(", "))));
        }
        let known = [kind.keys(), &COMMON].concat();
        let near = nearest(name, known.iter().copied()).is_some();
        return fields.only("a parameter", if near { &known } else { &KEYS });
    }
    Ok(())
}

fn read_scale(fields: &Fields<'_>) -> Result<Scale, Problem> {
    Ok(match fields.get("log").map(|log| log.flag()).transpose()? {
        Some(true) => Scale::Log,
        Some(false) | None => Scale::Linear,
    })
}

fn read_float(fields: &Fields<'_>) -> Result<Domain, Problem> {
    let low = fields.require("low", "low: 0.0")?;
    let high = fields.require("high", "high: 1.0")?;
    let step = fields.get("step");
    FloatDomain::new(
        low.number()?,
        high.number()?,
        read_scale(fields)?,
        step.as_ref().map(|step| step.number()).transpose()?,
    )
    .map(Domain::Float)
    .map_err(|e| wrong_range(&low, &high, step.as_ref(), &e))
}

fn read_int(fields: &Fields<'_>) -> Result<Domain, Problem> {
    let low = fields.require("low", "low: 1")?;
    let high = fields.require("high", "high: 10")?;
    let step = fields.get("step");
    IntDomain::new(
        whole(&low)?,
        whole(&high)?,
        read_scale(fields)?,
        step.as_ref().map_or(Ok(1), whole)?,
    )
    .map(Domain::Int)
    .map_err(|e| wrong_range(&low, &high, step.as_ref(), &e))
}

fn whole(entry: &Entry<'_>) -> Result<i64, Problem> {
    let value = entry.whole(i64::MIN.into()..=i64::MAX.into());
    let value = value.map_err(|problem| match entry.node.data {
        Data::Float(_) => problem.help("write `type: float` for real numbers"),
        _ => problem,
    })?;
    // In range, as just checked.
    Ok(value as i64)
}

/// Points at the bound that is wrong.
fn wrong_range(
    low: &Entry<'_>,
    high: &Entry<'_>,
    step: Option<&Entry<'_>>,
    error: &SpaceError,
) -> Problem {
    match (error, step) {
        (SpaceError::EmptyRange { .. }, _) => {
            high.problem(error.to_string(), "not above `low`").also(low.node.id, "`low`")
        }
        (SpaceError::LogOfNonPositive { .. }, _) => low
            .problem(error.to_string(), "has no logarithm")
            .help("raise `low`, e.g. to 1e-6, or remove `log: true`"),
        (SpaceError::NotFinite { .. }, _) => high
            .problem("the range is wider than a number can hold", "too far from `low`")
            .also(low.node.id, "`low`"),
        (SpaceError::BadStep { .. }, Some(step)) => {
            step.problem(error.to_string(), "does not fit the range")
        }
        (SpaceError::BadStep { .. }, None) => high.problem(error.to_string(), ""),
        (SpaceError::TooManyLevels { .. }, Some(step)) => {
            step.problem(error.to_string(), "too fine")
        }
        _ => high.problem(error.to_string(), "too far from `low`").also(low.node.id, "`low`"),
    }
}

fn read_choices(entry: &Entry<'_>) -> Result<Vec<ParamValue>, Problem> {
    let items = entry.list()?;
    if let Some(extra) = items.get(MOST_CHOICES) {
        let found = items.len();
        let message = format!("`{}` has {found} choices, more than {MOST_CHOICES}", entry.name);
        return Err(extra
            .problem(message, "one too many")
            .help("a numeric range with a step needs no list"));
    }
    items.iter().map(read_choice).collect()
}

/// One value: of a choice, a condition, a guess, an enqueued point.
pub(super) fn read_choice(item: &Entry<'_>) -> Result<ParamValue, Problem> {
    match &item.node.data {
        Data::Bool(v) => Ok(ParamValue::Bool(*v)),
        Data::Int(_) => whole(item).map(ParamValue::Int),
        Data::Float(v) => Ok(ParamValue::Float(*v)),
        Data::Text(v) => Ok(ParamValue::Text(v.clone())),
        Data::Null | Data::List(_) | Data::Map(_) => {
            Err(item.expected("text, a number or a boolean"))
        }
    }
}

fn categorical(entry: &Entry<'_>, choices: Vec<ParamValue>) -> Result<Domain, Problem> {
    CategoricalDomain::new(choices.clone())
        .map(Domain::Categorical)
        .map_err(|e| wrong_choices(entry, &choices, &e))
}

/// Points at the choice that repeats another, or at all if there are too few.
fn wrong_choices(entry: &Entry<'_>, choices: &[ParamValue], error: &SpaceError) -> Problem {
    if let (SpaceError::DuplicateChoice { .. }, Ok(items)) = (error, entry.list()) {
        let twin = |a: &ParamValue, b: &ParamValue| {
            a == b || (a.as_f64().is_some() && a.as_f64() == b.as_f64())
        };
        for (j, choice) in choices.iter().enumerate() {
            if let Some(i) = choices[..j].iter().position(|c| twin(c, choice)) {
                return items[j]
                    .problem(error.to_string(), "listed again")
                    .also(items[i].node.id, "first listed here");
            }
        }
    }
    entry.problem(format!("`{}` {error}", entry.name), "too few")
}

/// A domain in full, every default written out.
pub(super) fn to_json(domain: &Domain) -> Value {
    let log = domain.scale() == Scale::Log;
    let choices =
        |choices: &[ParamValue]| -> Value { choices.iter().map(ParamValue::to_json).collect() };
    match domain {
        Domain::Float(d) => json!({
            "type": "float", "low": d.low(), "high": d.high(), "log": log, "step": d.step(),
        }),
        Domain::Int(d) => json!({
            "type": "int", "low": d.low(), "high": d.high(), "log": log, "step": d.step(),
        }),
        Domain::Categorical(d) => json!({ "type": "categorical", "choices": choices(d.choices()) }),
        Domain::Bool => json!({ "type": "bool" }),
        Domain::Ordinal(d) => json!({ "type": "ordinal", "choices": choices(d.choices()) }),
    }
}
