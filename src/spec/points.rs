//! `enqueue`: declared trees → points of the space.

use super::domain::read_choice;
use crate::config::{Entry, Problem, did_you_mean};
use crate::space::{ParamValue, Params, SearchSpace, SpaceError};

const MOST_POINTS: usize = 10_000;

/// Reads points of the space, each with all its active parameters.
pub(super) fn read(entry: &Entry<'_>, space: &SearchSpace) -> Result<Vec<Params>, Problem> {
    let items = entry.list()?;
    if let Some(extra) = items.get(MOST_POINTS) {
        return Err(extra.problem(format!("more than {MOST_POINTS} points"), "one too many"));
    }
    let mut points: Vec<Params> = Vec::new();
    for item in &items {
        let point = read_point(item, space)?;
        if let Some(first) = points.iter().position(|p| *p == point) {
            return Err(item
                .problem("a point is listed twice", "listed again")
                .also(items[first].node.id, "first listed here"));
        }
        points.push(point);
    }
    Ok(points)
}

fn read_point(item: &Entry<'_>, space: &SearchSpace) -> Result<Params, Problem> {
    let fields = item.fields()?;
    let mut values: Vec<(String, ParamValue)> = Vec::new();
    for (key, value) in fields.iter() {
        values.push((key.name.clone(), read_choice(&value)?));
    }
    space.check(values).map_err(|error| {
        let key = |name: &str| item.node.child(name).map_or(item.node.id, |(key, _)| key.id);
        let value = |name: &str| item.node.child(name).map_or(item.node.id, |(_, value)| value.id);
        let text = error.to_string();
        match &error {
            SpaceError::Unknown { name } => {
                let known: Vec<&str> = space.parameters().iter().map(|p| p.name.as_str()).collect();
                Problem::new(key(name), text, "not in the space").help(did_you_mean(name, &known))
            }
            SpaceError::Outside { name, .. } => Problem::new(value(name), text, "outside"),
            SpaceError::Inactive { name, .. } => {
                Problem::new(key(name), text, "not active here").help("leave it out of this point")
            }
            SpaceError::Missing { name } => {
                item.problem(format!("`{}` lacks a value for `{name}`", item.name), "incomplete")
            }
            _ => item.problem(text, "not in the space"),
        }
    })
}
