//! A declared tree with its placeholders replaced, and back.

use serde_json::Value;

use super::placeholder::{Piece, canonical, has_placeholder, pieces};
use crate::config::{Data, Node, Problem};
use crate::space::{ParamValue, Params};

/// The tree with every placeholder replaced, without the list elements anything in which mentions an
/// inactive parameter, and without the keys whose text does; nodes keep their places. The names have been checked: one without a value is inactive.
pub(super) fn bind(node: &Node, params: &Params) -> Result<Node, Problem> {
    let data = match &node.data {
        Data::Text(text) => bind_text(text, params).map_err(|name| {
            let message = format!("the objective uses `${name}`, which has no value");
            Problem::new(node.id, message, "no value")
        })?,
        Data::List(items) => Data::List(
            items
                .iter()
                .filter(|item| is_bound(item, params))
                .map(|item| bind(item, params))
                .collect::<Result<_, _>>()?,
        ),
        Data::Map(entries) => Data::Map(
            entries
                .iter()
                .filter(|(_, value)| {
                    !matches!(value.data, Data::Text(_)) || is_bound(value, params)
                })
                .map(|(key, value)| Ok((key.clone(), bind(value, params)?)))
                .collect::<Result<_, _>>()?,
        ),
        other => other.clone(),
    };
    Ok(Node { id: node.id, data })
}

/// Whether every placeholder in it has a value.
fn is_bound(node: &Node, params: &Params) -> bool {
    let has_value = |piece: &Piece<'_>| match piece {
        Piece::Name(name, _) => params.get(name).is_some(),
        Piece::Text(_) => true,
    };
    match &node.data {
        Data::Text(text) => pieces(text).is_ok_and(|pieces| pieces.iter().all(has_value)),
        Data::List(items) => items.iter().all(|item| is_bound(item, params)),
        Data::Map(entries) => entries.iter().all(|(_, value)| is_bound(value, params)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => true,
    }
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

/// Whether it is a map whose type is a placeholder: which keys it may have, and what those left out
/// mean, depends on the type.
fn is_open(node: &Node) -> bool {
    let text = node.child("type").map(|(_, kind)| &kind.data);
    matches!(text, Some(Data::Text(text)) if has_placeholder(text))
}

/// The tree without the keys whose map has a placeholder for its type.
pub(super) fn without_open(node: &Node) -> Node {
    let data = match &node.data {
        Data::Map(entries) => Data::Map(
            entries
                .iter()
                .filter(|(_, value)| !is_open(value))
                .map(|(key, value)| (key.clone(), without_open(value)))
                .collect(),
        ),
        other => other.clone(),
    };
    Node { id: node.id, data }
}

/// Puts the declared text back wherever `complete`, made from a bound tree, came from a placeholder.
/// Plain text gets its `$` doubled again in the same way. A map whose type is a placeholder is as
/// declared: its defaults are its type's.
pub(super) fn restore_placeholders(complete: &mut Value, declared: &Node) {
    if is_open(declared) {
        *complete = declared.to_json();
    }
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
