//! YAML text → [`Node`]s, and node → place in the text. The only code that meets the YAML parser.
//!
//! The parser gives a place only to errors raised while it visits a value. So a node is located by
//! reading the text once more, with the same numbering, and raising an error at that node.

use std::fmt;

use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, Visitor};

use crate::config::{Data, Key, Node, NodeId, Problem, shorten};

/// Values and keys in one text, aliases unfolded: more than any study needs, less than a bomb.
const MOST_NODES: usize = 100_000;

/// Lists and maps inside each other.
const MOST_DEPTH: usize = 32;

/// Why a text gives no tree.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is YAML, but not for us.
    Problem(Problem),
    /// It is not YAML.
    Syntax {
        /// Byte where the parser stopped.
        at: usize,
        /// What it says.
        message: String,
        /// What it was reading, with line and column, both from 1.
        context: Option<(String, usize, usize)>,
    },
}

/// The tree of a text with one document.
pub(super) fn read(text: &str) -> Result<Node, ReadError> {
    let mut state = State::default();
    let mut root = None;
    for document in serde_yaml::Deserializer::from_str(text) {
        let start = NodeId(state.next);
        match Reader(&mut state).deserialize(document) {
            Ok(_) if root.is_some() => {
                return Err(ReadError::Problem(
                    Problem::new(
                        start,
                        "a file declares one study, found a second YAML document",
                        "begins here",
                    )
                    .help("remove the `---` line, or put each study into its own file"),
                ));
            }
            Ok(node) => root = Some(node),
            Err(error) => return Err(state.explain(&error)),
        }
    }
    // The parser gives one document even for an empty text.
    Ok(root.unwrap_or(Node { id: NodeId(0), data: Data::Null }))
}

/// The byte where a node starts; `None` if the text has no such node.
pub(super) fn locate(text: &str, node: NodeId) -> Option<usize> {
    let mut state = State { stop_at: Some(node), ..State::default() };
    serde_yaml::Deserializer::from_str(text)
        .find_map(|document| Reader(&mut state).deserialize(document).err())
        .filter(|_| state.stopped)?
        .location()
        .map(|location| location.index())
}

#[derive(Default)]
struct State {
    /// Number of the next node.
    next: usize,
    depth: usize,
    /// What made the reader stop, if it was not the parser.
    problem: Option<Problem>,
    /// Node at which to raise an error, in order to learn its place.
    stop_at: Option<NodeId>,
    stopped: bool,
}

impl State {
    /// Numbers the node now visited.
    fn enter<E: de::Error>(&mut self) -> Result<NodeId, E> {
        let id = NodeId(self.next);
        self.next += 1;
        if self.stop_at == Some(id) {
            self.stopped = true;
            return Err(E::custom("here"));
        }
        if self.next > MOST_NODES {
            let message = format!("the file holds more than {MOST_NODES} values");
            return Err(self.refuse(
                Problem::new(id, message, "one too many")
                    .help("aliases count as often as they are used"),
            ));
        }
        Ok(id)
    }

    /// Stops the reading.
    fn refuse<E: de::Error>(&mut self, problem: Problem) -> E {
        let error = E::custom(&problem.message);
        self.problem.get_or_insert(problem);
        error
    }

    /// What an error of the parser means.
    fn explain(self, error: &serde_yaml::Error) -> ReadError {
        if let Some(problem) = self.problem {
            return ReadError::Problem(problem);
        }
        let text = error.to_string();
        match error.location() {
            Some(location) => {
                let (message, context) = split_message(&text);
                ReadError::Syntax { at: location.index(), message, context }
            }
            // Errors without a place: the limit on aliases. It strikes at the last node met.
            None => ReadError::Problem(
                Problem::new(
                    NodeId(self.next.saturating_sub(1)),
                    format!("the file cannot be read: {text}"),
                    "while reading this",
                )
                .help("aliases (`*name`) that multiply are not supported: write the values out"),
            ),
        }
    }
}

/// Splits `problem at line 2 column 3, while doing at line 1 column 1` into its parts.
fn split_message(text: &str) -> (String, Option<(String, usize, usize)>) {
    fn place(part: &str) -> (String, Option<(usize, usize)>) {
        let Some((words, place)) = part.rsplit_once(" at line ") else {
            return (part.into(), None);
        };
        let numbers = place.split_once(" column ");
        let numbers = numbers.and_then(|(l, c)| Some((l.parse().ok()?, c.parse().ok()?)));
        (words.into(), numbers)
    }
    match text.split_once(", while ") {
        Some((problem, context)) => {
            let (words, at) = place(context);
            (place(problem).0, at.map(|(line, column)| (format!("while {words}"), line, column)))
        }
        None => (place(text).0, None),
    }
}

/// Reads one value.
struct Reader<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Reader<'_> {
    fn leaf<E: de::Error>(self, data: Data) -> Result<Node, E> {
        let id = self.0.enter()?;
        Ok(Node { id, data })
    }

    /// Numbers a list or map and goes one level down; the caller comes back up.
    fn descend<E: de::Error>(&mut self) -> Result<NodeId, E> {
        let id = self.0.enter()?;
        self.0.depth += 1;
        if self.0.depth > MOST_DEPTH {
            let message = format!("lists and maps may be nested {MOST_DEPTH} deep, not deeper");
            return Err(self.0.refuse(Problem::new(id, message, "one level too deep")));
        }
        Ok(id)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.leaf(Data::Null)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.leaf(Data::Null)
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Node, E> {
        self.leaf(Data::Bool(v))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Node, E> {
        self.leaf(Data::Int(v.into()))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Node, E> {
        self.leaf(Data::Int(v.into()))
    }

    fn visit_i128<E: de::Error>(self, v: i128) -> Result<Node, E> {
        self.leaf(Data::Int(v))
    }

    fn visit_u128<E: de::Error>(self, v: u128) -> Result<Node, E> {
        self.leaf(Data::Int(i128::try_from(v).unwrap_or(i128::MAX)))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Node, E> {
        let id = self.0.enter()?;
        if v.is_finite() {
            return Ok(Node { id, data: Data::Float(v) });
        }
        let problem = Problem::new(id, format!("numbers must be finite, found {v}"), "not finite");
        Err(self.0.refuse(problem))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Node, E> {
        self.leaf(Data::Text(v.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Node, A::Error> {
        let id = self.descend()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Reader(self.0))? {
            items.push(item);
        }
        self.0.depth -= 1;
        Ok(Node { id, data: Data::List(items) })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Node, A::Error> {
        let id = self.descend()?;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        while let Some(key) = map.next_key_seed(KeyReader(self.0))? {
            if let Some(first) = seen.insert(key.name.clone(), key.id) {
                let message = format!("`{}` is declared twice", shorten(&key.name));
                let problem = Problem::new(key.id, message, "declared again")
                    .also(first, "first declared here");
                return Err(self.0.refuse(problem));
            }
            entries.push((key, map.next_value_seed(Reader(self.0))?));
        }
        self.0.depth -= 1;
        Ok(Node { id, data: Data::Map(entries) })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Node, A::Error> {
        let id = self.0.enter()?;
        let problem = Problem::new(id, "YAML tags are not supported", "tag")
            .help("remove the word that starts with `!`, or put the text in quotes");
        Err(self.0.refuse(problem))
    }
}

/// Reads one key.
struct KeyReader<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for KeyReader<'_> {
    type Value = Key;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl KeyReader<'_> {
    fn refuse<E: de::Error>(self, found: &str) -> E {
        let id = match self.0.enter() {
            Ok(id) => id,
            Err(error) => return error,
        };
        let problem = Problem::new(id, format!("a key must be text, found {found}"), "not text")
            .help("a key is a word that starts with a letter or `_`");
        self.0.refuse(problem)
    }
}

impl<'de> Visitor<'de> for KeyReader<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Key, E> {
        let id = self.0.enter()?;
        let name = v.to_owned();
        Ok(Key { id, name })
    }

    fn visit_unit<E: de::Error>(self) -> Result<Key, E> {
        Err(self.refuse("nothing"))
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Key, E> {
        Err(self.refuse(&format!("the boolean {v}")))
    }

    fn visit_i128<E: de::Error>(self, v: i128) -> Result<Key, E> {
        Err(self.refuse(&format!("the number {v}")))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Key, E> {
        self.visit_i128(v.into())
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Key, E> {
        self.visit_i128(v.into())
    }

    fn visit_u128<E: de::Error>(self, v: u128) -> Result<Key, E> {
        Err(self.refuse(&format!("the number {v}")))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Key, E> {
        Err(self.refuse(&format!("the number {v}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Key, A::Error> {
        Err(self.refuse("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Key, A::Error> {
        Err(self.refuse("a map"))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Key, A::Error> {
        Err(self.refuse("a YAML tag"))
    }
}
