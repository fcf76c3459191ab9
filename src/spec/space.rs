//! `space` and `constraints`: declared trees → [`SearchSpace`].

use super::domain::{self, read_choice};
use crate::config::{Data, Entry, Fields, Key, Node, Problem, did_you_mean, nearest, shorten};
use crate::space::{
    Condition, ConditionError, Domain, ExpressionError, FUNCTIONS, Guess, Parameter, SearchSpace,
    SpaceError,
};

/// Characters of a parameter's name.
const LONGEST_NAME: usize = 100;

const MOST_PARAMETERS: usize = 1000;

const MOST_CONSTRAINTS: usize = 1000;

/// Reads parameters and constraints, and makes sure that some point satisfies them.
pub(super) fn read(
    entry: &Entry<'_>,
    constraints: Option<&Entry<'_>>,
) -> Result<SearchSpace, Problem> {
    let fields = entry.fields()?;
    let mut parameters = Vec::new();
    for (key, parameter) in fields.iter() {
        check_name(key)?;
        if parameters.len() == MOST_PARAMETERS {
            let message = format!("the space has more than {MOST_PARAMETERS} parameters");
            return Err(Problem::new(key.id, message, "one too many"));
        }
        parameters.push(read_parameter(key, &parameter)?);
    }
    let names: Vec<String> = parameters.iter().map(|p| p.name.clone()).collect();
    let texts = match constraints {
        Some(constraints) => constraint_texts(constraints)?,
        None => Vec::new(),
    };
    let space = SearchSpace::with_constraints(parameters, texts)
        .map_err(|error| place(entry, constraints, &names, &error))?;
    match (space.feasible_point(), constraints) {
        (Err(error), Some(constraints)) => Err(constraints
            .problem(error.to_string(), "never all true")
            .help("loosen one; between continuous parameters use `<=`, never `==`")),
        _ => Ok(space),
    }
}

/// A name that `$name` or `${name}` can bind, and that reads well in a table.
fn check_name(key: &Key) -> Result<(), Problem> {
    let name = &key.name;
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let starts = |c: char| c.is_alphabetic() || c == '_';
    if name.starts_with(starts) && name.chars().all(allowed) && name.chars().count() <= LONGEST_NAME
    {
        return Ok(());
    }
    Err(Problem::new(key.id, format!("`{}` cannot name a parameter", shorten(name)), "not a name")
        .help("a letter or `_`, then letters, digits, `_`, `-` or `.`, at most 100 characters"))
}

fn read_parameter(key: &Key, entry: &Entry<'_>) -> Result<Parameter, Problem> {
    let mut parameter = Parameter::new(key.name.clone(), domain::read(entry)?);
    if let Data::Map(_) = entry.node.data {
        let fields = entry.fields()?;
        parameter.condition = fields.get("when").map(|when| read_condition(&when)).transpose()?;
        parameter.guess = read_guess(&fields, &parameter.domain)?;
    }
    Ok(parameter)
}

/// `{ optimizer: sgd }`, `{ optimizer: [sgd, adam] }` or an expression.
fn read_condition(when: &Entry<'_>) -> Result<Condition, Problem> {
    match &when.node.data {
        Data::Text(text) => Ok(Condition::Expression(text.trim().to_owned())),
        Data::Map(_) => {
            let parents = when.fields()?;
            let parent = |(key, value): (&Key, Entry<'_>)| {
                let values = match &value.node.data {
                    Data::List(_) => {
                        value.list()?.iter().map(read_choice).collect::<Result<Vec<_>, _>>()?
                    }
                    _ => vec![read_choice(&value)?],
                };
                Ok((key.name.clone(), values))
            };
            parents.iter().map(parent).collect::<Result<_, Problem>>().map(Condition::Values)
        }
        _ => Err(when
            .expected("a condition")
            .help("write `when: { optimizer: sgd }` or `when: \"n_layers >= 2\"`")),
    }
}

fn read_guess(fields: &Fields<'_>, domain: &Domain) -> Result<Option<Guess>, Problem> {
    let (guess, spread) = (fields.get("guess"), fields.get("spread"));
    let Some(guess) = guess else {
        return match spread {
            Some(spread) => Err(spread
                .problem("`spread` without a `guess`", "spread around what?")
                .help("add `guess: VALUE`, where you expect good values")),
            None => Ok(None),
        };
    };
    let number = spread.as_ref().map(Entry::number).transpose()?;
    Guess::new(domain, read_choice(&guess)?, number).map(Some).map_err(|error| match &spread {
        Some(spread) if matches!(error, SpaceError::BadSpread { .. }) => {
            spread.problem(error.to_string(), "no spread")
        }
        _ => guess.problem(error.to_string(), "outside"),
    })
}

fn constraint_texts(entry: &Entry<'_>) -> Result<Vec<String>, Problem> {
    let items = match &entry.node.data {
        Data::Text(_) => {
            return Err(entry.expected("a list").help("write `constraints: [\"a < b\"]`"));
        }
        _ => entry.list()?,
    };
    if let Some(extra) = items.get(MOST_CONSTRAINTS) {
        let message = format!("more than {MOST_CONSTRAINTS} constraints");
        return Err(extra.problem(message, "one too many"));
    }
    items.iter().map(|item| Ok(item.text()?.trim().to_owned())).collect()
}

/// Points at what the space refuses.
fn place(
    space: &Entry<'_>,
    constraints: Option<&Entry<'_>>,
    names: &[String],
    error: &SpaceError,
) -> Problem {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    match error {
        SpaceError::Condition { name, error } => {
            let when = space.node.child(name).and_then(|(_, p)| p.child("when"));
            let Some((key, when)) = when else {
                return space.problem(error.to_string(), "");
            };
            let column = names.iter().position(|n| n == name).unwrap_or(names.len());
            let problem =
                |node: &Node, label: &str| Problem::new(node.id, error.to_string(), label);
            let parent = |parent: &str| when.child(parent).map_or(key.id, |(key, _)| key.id);
            match error {
                ConditionError::Empty => {
                    problem(when, "no condition").help("write `when: { optimizer: sgd }`")
                }
                ConditionError::UnknownParent { parent: p } => {
                    Problem::new(parent(p), error.to_string(), "not in the space")
                        .help(did_you_mean(p, &known[..column]))
                }
                ConditionError::NotBefore { parent: p } => {
                    Problem::new(parent(p), error.to_string(), "declared later")
                        .help(DECLARE_BEFORE)
                }
                ConditionError::NeverEqual { parent: p, found, .. } => {
                    let values = when.child(p).map_or(when, |(_, values)| values);
                    let text = found.to_string();
                    let candidates = candidates(space, p);
                    let near = nearest(&text, candidates.iter().map(String::as_str));
                    let problem = problem(values, "never").within(text.clone());
                    match near {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem,
                    }
                }
                ConditionError::Expression(error) => {
                    in_expression(when, space, &known, column, error)
                }
            }
        }
        SpaceError::Constraint { index, error, .. } => {
            let items = constraints.and_then(|c| c.list().ok()).unwrap_or_default();
            match items.get(*index) {
                Some(item) => in_expression(item.node, space, &known, known.len(), error),
                None => space.problem(error.to_string(), ""),
            }
        }
        _ => Problem::new(space.place, error.to_string(), "empty")
            .help("add a parameter, e.g. `lr: { type: float, low: 1e-6, high: 0.4, log: true }`"),
    }
}

const DECLARE_BEFORE: &str = "a parameter follows those its condition looks at: move it down";

/// Points into the text of an expression that may mention the first `visible` names.
fn in_expression(
    node: &Node,
    space: &Entry<'_>,
    names: &[&str],
    visible: usize,
    error: &ExpressionError,
) -> Problem {
    let label = match error {
        ExpressionError::UnknownName { .. } => "not in the space",
        ExpressionError::NotBefore { .. } => "declared later",
        ExpressionError::UnknownFunction { .. } => "not known",
        ExpressionError::NeverEqual { .. } => "never",
        _ => "",
    };
    let mut problem = Problem::new(node.id, error.to_string(), label);
    if let Data::Text(text) = &node.data {
        let text = text.trim();
        problem = problem.within_text(text, error.place().unwrap_or(0..text.len()));
    }
    let help = match error {
        ExpressionError::UnknownName { name, .. } => unknown_name(name, &names[..visible]),
        ExpressionError::NotBefore { .. } => DECLARE_BEFORE.into(),
        ExpressionError::UnknownFunction { name, .. } => did_you_mean(name, FUNCTIONS),
        ExpressionError::NeverEqual { parameter, found, .. } => {
            let candidates = candidates(space, parameter);
            match nearest(&found.to_string(), candidates.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => return problem,
            }
        }
        ExpressionError::WrongType { .. } => {
            "write a condition, such as `batch_size * width <= 65536`".into()
        }
        _ => return problem,
    };
    problem.help(help)
}

/// The nearest name; one with a `-` reads as a difference without braces.
fn unknown_name(name: &str, names: &[&str]) -> String {
    let dashed = names.iter().find(|n| n.strip_prefix(name).is_some_and(|r| r.starts_with('-')));
    match (dashed, nearest(name, names.iter().copied())) {
        (Some(whole), _) => format!("did you mean `${{{whole}}}`?"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => format!("{}; text goes in quotes: `'{name}'`", did_you_mean(name, names)),
    }
}

/// The choices of a parameter, as texts.
fn candidates(space: &Entry<'_>, parameter: &str) -> Vec<String> {
    let Some((_, node)) = space.node.child(parameter) else {
        return Vec::new();
    };
    let choices = node.child("choices").map_or(node, |(_, choices)| choices);
    match &choices.data {
        Data::List(items) => items
            .iter()
            .filter_map(|item| match &item.data {
                Data::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
