//! What a user declared, as a tree whose nodes know their place in the text.
//!
//! Knows neither YAML nor studies: a reader makes [`Node`]s, [`Entry`] takes values out of them, and
//! whoever finds something wrong returns a [`Problem`] that points at a node.

mod entry;
mod nearest;

pub(crate) use entry::{Entry, Fields, word_for};
pub(crate) use nearest::{Synonym, did_you_mean, did_you_mean_by, nearest};

use std::ops::Range;

use serde_json::{Number, Value};

/// A key or a value by its place in the order of reading, counted from 0: a map or list before its
/// contents, a key before its value. Reading the same text again meets the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub(crate) usize);

/// A declared value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: NodeId,
    pub(crate) data: Data,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Int(i128),
    /// Always finite.
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// In order of declaration, no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) id: NodeId,
    pub(crate) name: String,
}

impl Node {
    /// The tree of a JSON value, numbered as a reader of its text would number it.
    pub(crate) fn from_json(value: &Value) -> Self {
        fn build(value: &Value, next: &mut usize) -> Node {
            let id = take_id(next);
            let data = match value {
                Value::Null => Data::Null,
                Value::Bool(v) => Data::Bool(*v),
                Value::Number(v) => number(v),
                Value::String(v) => Data::Text(v.clone()),
                Value::Array(items) => Data::List(items.iter().map(|v| build(v, next)).collect()),
                Value::Object(map) => Data::Map(
                    map.iter()
                        .map(|(name, v)| {
                            let key = Key { id: take_id(next), name: name.clone() };
                            (key, build(v, next))
                        })
                        .collect(),
                ),
            };
            Node { id, data }
        }
        fn take_id(next: &mut usize) -> NodeId {
            *next += 1;
            NodeId(*next - 1)
        }
        fn number(v: &Number) -> Data {
            match (v.as_i128(), v.as_f64()) {
                (Some(v), _) => Data::Int(v),
                (None, Some(v)) => Data::Float(v),
                (None, None) => Data::Text(v.to_string()),
            }
        }
        build(value, &mut 0)
    }

    /// The value as JSON. Whole numbers beyond 64 bits, which no setting takes, become floats.
    pub(crate) fn to_json(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(v) => (*v).into(),
            Data::Int(v) => Number::from_i128(*v).map_or_else(|| (*v as f64).into(), Value::from),
            Data::Float(v) => (*v).into(),
            Data::Text(v) => v.as_str().into(),
            Data::List(items) => items.iter().map(Node::to_json).collect(),
            Data::Map(entries) => {
                entries.iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect()
            }
        }
    }

    /// The value under `name`, if this is a map that has it.
    pub(crate) fn child(&self, name: &str) -> Option<(&Key, &Node)> {
        let Data::Map(entries) = &self.data else {
            return None;
        };
        let (key, value) = entries.iter().find(|(key, _)| key.name == name)?;
        Some((key, value))
    }

    /// The deepest node on the way along a dotted name such as `optimizer.lr` or `argv[2]`.
    pub(crate) fn follow(&self, dotted: &str) -> &Node {
        let mut node = self;
        for part in dotted.split(['.', '[']) {
            let next = match (&node.data, part.strip_suffix(']')) {
                (Data::List(items), Some(index)) => {
                    index.parse().ok().and_then(|i: usize| items.get(i))
                }
                _ => node.child(part).map(|(_, value)| value),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The dotted name of a key or value in this tree, such as `optimizer.lr` or `argv[2]`; empty for the
    /// tree itself. The inverse of [`follow`](Self::follow).
    pub(crate) fn name_of(&self, id: NodeId) -> Option<String> {
        fn search(node: &Node, id: NodeId, name: String) -> Option<String> {
            if node.id == id {
                return Some(name);
            }
            match &node.data {
                Data::List(items) => {
                    let mut items = items.iter().enumerate();
                    items.find_map(|(i, item)| search(item, id, format!("{name}[{i}]")))
                }
                Data::Map(entries) => entries.iter().find_map(|(key, value)| {
                    let dot = if name.is_empty() { "" } else { "." };
                    let name = format!("{name}{dot}{}", key.name);
                    if key.id == id { Some(name) } else { search(value, id, name) }
                }),
                _ => None,
            }
        }
        search(self, id, String::new())
    }

    /// Number of values in this tree.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.data {
            Data::List(items) => items.iter().map(Node::size).sum(),
            Data::Map(entries) => entries.iter().map(|(_, value)| value.size()).sum(),
            _ => 0,
        }
    }

    /// The value in words, as an error shows it.
    pub(crate) fn describe(&self) -> String {
        match &self.data {
            Data::Null => "nothing".into(),
            Data::Bool(v) => format!("the boolean {v}"),
            Data::Int(v) => format!("the number {v}"),
            Data::Float(v) => format!("the number {v:?}"),
            Data::Text(v) => format!("the text `{}`", shorten(v)),
            Data::List(_) => "a list".into(),
            Data::Map(_) => "a map".into(),
        }
    }
}

/// Text fit for one line of an error.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let clean: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() { clean + "…" } else { clean }
}

/// Something wrong with a declaration, pointing at a node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The key or value to point at.
    pub(crate) at: NodeId,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) message: String,
    /// The rest; boxed because it travels in every `Result`.
    pub(crate) details: Box<Details>,
}

/// What helps to understand a [`Problem`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Details {
    /// Part of the node's text to point at, where it is in the text as such.
    pub(crate) within: Option<String>,
    /// Bytes of that part to point at, instead of all of it.
    pub(crate) part: Option<Range<usize>>,
    /// What to say at the place.
    pub(crate) label: String,
    /// The way out.
    pub(crate) help: Option<String>,
    /// A second place that belongs to it.
    pub(crate) also: Option<(NodeId, String)>,
}

impl Problem {
    pub(crate) fn new(at: NodeId, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            details: Box::new(Details { label: label.into(), ..Details::default() }),
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.details.help = Some(help.into());
        self
    }

    pub(crate) fn within(mut self, text: impl Into<String>) -> Self {
        self.details.within = Some(text.into());
        self
    }

    /// Points at some bytes of the node's whole text.
    pub(crate) fn within_text(mut self, text: impl Into<String>, part: Range<usize>) -> Self {
        self.details.part = Some(part);
        self.within(text)
    }

    pub(crate) fn also(mut self, at: NodeId, label: impl Into<String>) -> Self {
        self.details.also = Some((at, label.into()));
        self
    }
}
