//! Objectives as declared: settings in which `$name` stands for a parameter.

use serde_json::Value;

use super::ObjectiveSettings;
use super::settings::from_node;
use crate::document::{Data, Node, Problem, nearest};
use crate::space::{ParamValue, Params, SearchSpace};

/// The objective as declared, with `$name` standing for parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectiveSpec {
    /// The library's user evaluates trials by ask and tell, or by a closure.
    External,
    /// A program, or a CNN; settings with `$name` placeholders.
    Template(ObjectiveTemplate),
}

/// Settings of an objective as a JSON tree in which strings may hold `$name` placeholders: a string
/// that is one placeholder becomes the parameter's value with its type, a placeholder inside a longer
/// string becomes text, `${name}` is the same as `$name`, and `$$` stands for one `$`.
///
/// A bare `$name` ends at the first character that is no letter, digit or `_`; names with `.` or `-`
/// need the braces.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectiveTemplate(Value);

/// What a template uses of a space.
pub(crate) struct Usage {
    /// The template with every default written out.
    pub(crate) template: ObjectiveTemplate,
    /// Columns of the parameters that occur in it.
    pub(crate) used: Vec<usize>,
}

impl ObjectiveTemplate {
    /// The settings for one trial's parameters.
    ///
    /// # Errors
    /// The text says which setting is wrong with these parameters. A template of a checked study
    /// seldom fails: many points of its space were tried when it was loaded.
    pub fn bind(&self, params: &Params) -> Result<ObjectiveSettings, String> {
        let node = Node::from_json(&self.0);
        bind(&node, params).and_then(|bound| from_node(&bound)).map_err(|problem| problem.message)
    }

    /// The settings as declared, every default written out.
    pub fn to_json(&self) -> &Value {
        &self.0
    }

    /// Checks an objective against a space: every placeholder names a parameter, and the settings are
    /// right at the given points.
    pub(crate) fn check(
        node: &Node,
        space: &SearchSpace,
        points: impl IntoIterator<Item = Params>,
    ) -> Result<Usage, Problem> {
        let mut used = Vec::new();
        check_names(node, space, &mut used)?;
        let mut complete = None;
        for params in points {
            let settings = bind(node, &params)
                .and_then(|bound| from_node(&bound))
                .map_err(|problem| blame(problem, node, &params))?;
            complete.get_or_insert_with(|| settings.to_json());
        }
        // Without points nothing is known beyond what was declared.
        let mut complete = complete.unwrap_or_else(|| node.to_json());
        restore_placeholders(&mut complete, node);
        Ok(Usage { template: Self(complete), used })
    }
}

/// A stretch of a string.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Text(&'t str),
    /// A placeholder's name, and the placeholder as written.
    Name(&'t str, &'t str),
}

/// The stretches of a string; `Err` holds a `$` that is neither placeholder nor `$$`, to its end.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, &str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let tail = &rest[start..];
        let after = &tail[1..];
        let length = if after.starts_with('$') {
            pieces.push(Piece::Text("$"));
            2
        } else if let Some(braced) = after.strip_prefix('{') {
            let end = braced.find('}').filter(|&end| end > 0).ok_or(tail)?;
            pieces.push(Piece::Name(&braced[..end], &tail[..end + 3]));
            end + 3
        } else {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let end = after.find(|c| !word(c)).unwrap_or(after.len());
            if !after.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                return Err(tail);
            }
            pieces.push(Piece::Name(&after[..end], &tail[..=end]));
            end + 1
        };
        rest = &tail[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// Whether a string holds a placeholder.
fn has_placeholder(text: &str) -> bool {
    pieces(text).is_ok_and(|pieces| pieces.iter().any(|p| matches!(p, Piece::Name(..))))
}

/// Text in which no `$` stands for anything, or `None` if one does.
pub(crate) fn plain_text(text: &str) -> Option<String> {
    let pieces = pieces(text).ok()?;
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text),
            Piece::Name(..) => None,
        })
        .collect()
}

/// Every placeholder names a parameter; collects their columns.
fn check_names(node: &Node, space: &SearchSpace, used: &mut Vec<usize>) -> Result<(), Problem> {
    match &node.data {
        Data::Text(text) => {
            let pieces = pieces(text).map_err(|tail| {
                Problem::new(node.id, "a `$` needs the name of a parameter", "no name follows")
                    .within(tail)
                    .help("write `$name` or `${name}` for a parameter, `$$` for a plain `$`")
            })?;
            for piece in pieces {
                let Piece::Name(name, written) = piece else {
                    continue;
                };
                match space.position(name) {
                    Some(column) if used.contains(&column) => {}
                    Some(column) => used.push(column),
                    None => return Err(unknown_name(node, name, written, space)),
                }
            }
            Ok(())
        }
        Data::List(items) => items.iter().try_for_each(|n| check_names(n, space, used)),
        Data::Map(entries) => {
            entries.iter().try_for_each(|(_, value)| check_names(value, space, used))
        }
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => Ok(()),
    }
}

fn unknown_name(node: &Node, name: &str, written: &str, space: &SearchSpace) -> Problem {
    let names = || space.parameters().iter().map(|p| p.name.as_str());
    let placeholder = |name: &str| {
        let bare = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if bare { format!("`${name}`") } else { format!("`${{{name}}}`") }
    };
    // `$optimizer.lr` reads as `$optimizer` and text.
    let dotted = names().find(|n| n.strip_prefix(name).is_some_and(|r| r.starts_with(['.', '-'])));
    let help = match dotted.or_else(|| nearest(name, names())) {
        Some(name) => format!("did you mean {}?", placeholder(name)),
        None => {
            let known: Vec<String> = names().take(20).map(placeholder).collect();
            format!("the space has {}; write `$$` for a plain `$`", known.join(", "))
        }
    };
    Problem::new(node.id, format!("unknown parameter `{name}`"), "not in the space")
        .within(written)
        .help(help)
}

/// The tree with every placeholder replaced; nodes keep their places.
fn bind(node: &Node, params: &Params) -> Result<Node, Problem> {
    let data = match &node.data {
        Data::Text(text) => bind_text(text, params).map_err(|name| {
            let message = format!("the objective uses `${name}`, which is no parameter");
            Problem::new(node.id, message, "not in the space")
        })?,
        Data::List(items) => {
            Data::List(items.iter().map(|item| bind(item, params)).collect::<Result<_, _>>()?)
        }
        Data::Map(entries) => Data::Map(
            entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), bind(value, params)?)))
                .collect::<Result<_, _>>()?,
        ),
        other => other.clone(),
    };
    Ok(Node { id: node.id, data })
}

/// A string with its placeholders replaced; `Err` holds a name without a value.
fn bind_text<'t>(text: &'t str, params: &Params) -> Result<Data, &'t str> {
    let pieces = pieces(text)?;
    if let [Piece::Name(name, _)] = pieces[..] {
        return Ok(match params.get(name).ok_or(name)? {
            ParamValue::Bool(v) => Data::Bool(*v),
            ParamValue::Int(v) => Data::Int((*v).into()),
            ParamValue::Float(v) => Data::Float(*v),
            ParamValue::Text(v) => Data::Text(v.clone()),
        });
    }
    let mut bound = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => bound.push_str(text),
            Piece::Name(name, _) => bound += &params.get(name).ok_or(name)?.to_string(),
        }
    }
    Ok(Data::Text(bound))
}

/// Says which parameters are behind a wrong setting.
fn blame(mut problem: Problem, template: &Node, params: &Params) -> Problem {
    let Some(pieces) = find(template, &problem).and_then(|text| pieces(text).ok()) else {
        return problem;
    };
    let mut values: Vec<String> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Name(name, _) => Some(format!("`${name}` is {}", params.get(name)?)),
            Piece::Text(_) => None,
        })
        .collect();
    values.dedup();
    if !values.is_empty() {
        problem.message += &format!(" where {}", values.join(" and "));
    }
    problem
}

/// The text of the node a problem points at.
fn find<'n>(node: &'n Node, problem: &Problem) -> Option<&'n str> {
    match &node.data {
        Data::Text(text) if node.id == problem.at => Some(text),
        Data::List(items) => items.iter().find_map(|item| find(item, problem)),
        Data::Map(entries) => entries.iter().find_map(|(_, value)| find(value, problem)),
        _ => None,
    }
}

/// Puts the declared text back wherever `complete`, made from a bound tree, came from a placeholder.
/// Plain text gets its `$` doubled again in the same way.
fn restore_placeholders(complete: &mut Value, declared: &Node) {
    match (&declared.data, complete) {
        (Data::Text(text), complete) if text.contains('$') => {
            *complete =
                Value::String(if has_placeholder(text) { canonical(text) } else { text.clone() });
        }
        (Data::List(items), Value::Array(values)) => {
            for (value, item) in values.iter_mut().zip(items) {
                restore_placeholders(value, item);
            }
        }
        (Data::Map(_), Value::Object(values)) => {
            for (key, value) in values.iter_mut() {
                if let Some((_, child)) = declared.child(key) {
                    restore_placeholders(value, child);
                }
            }
        }
        _ => {}
    }
}

/// The one way to write a text with placeholders: braces only where needed.
fn canonical(text: &str) -> String {
    let Ok(pieces) = pieces(text) else {
        return text.into();
    };
    let mut out = String::new();
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => out += &text.replace('$', "$$"),
            Piece::Name(name, _) => {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let joined = match pieces.get(i + 1) {
                    Some(Piece::Text(next)) => next.starts_with(word),
                    _ => false,
                };
                if joined || !name.chars().all(word) {
                    out += &format!("${{{name}}}");
                } else {
                    out += &format!("${name}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_text() {
        use Piece::{Name, Text};
        assert_eq!(pieces("$lr"), Ok(vec![Name("lr", "$lr")]));
        assert_eq!(
            pieces("--lr=$lr,${b.1}x$$5"),
            Ok(vec![
                Text("--lr="),
                Name("lr", "$lr"),
                Text(","),
                Name("b.1", "${b.1}"),
                Text("x"),
                Text("$"),
                Text("5")
            ])
        );
        assert_eq!(pieces("cost: 5$"), Err("$"));
        assert_eq!(pieces("a${"), Err("${"));
        assert_eq!(pieces("a${}b"), Err("${}b"));
        assert_eq!(pieces("$1"), Err("$1"));
        assert_eq!(pieces(""), Ok(vec![]));
    }

    #[test]
    fn one_way_to_write_a_placeholder() {
        assert_eq!(canonical("${lr}"), "$lr");
        assert_eq!(canonical("${lr}x $$"), "${lr}x $$");
        assert_eq!(canonical("${a-b}"), "${a-b}");
        assert_eq!(plain_text("a$$b").as_deref(), Some("a$b"));
        assert_eq!(plain_text("a$b"), None);
    }
}
