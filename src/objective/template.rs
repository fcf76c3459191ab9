//! Objectives as declared: settings in which `$name` stands for a parameter.

use serde_json::Value;
use thiserror::Error;

use super::bind::{bind, restore_placeholders, without_open};
use super::placeholder::{Piece, pieces, placeholder};
use super::probe;
use super::{Objective, Unavailable};
use super::{ObjectiveKind, ObjectiveSettings};
use crate::config::{Data, Entry, Node, Problem, nearest};
use crate::space::{Params, SearchSpace};

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
///
/// A list element that mentions, anywhere in it, a parameter that is inactive in a trial is left out of
/// that trial's settings, and so is a key whose text does: an argument is not passed, an image not
/// turned, a setting takes its default.
///
/// What stands in a map whose `type` is a placeholder stays as declared: which keys go with the type
/// and what their defaults are shows in each trial.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectiveTemplate(Value);

/// What is wrong with an objective's settings.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TemplateError {
    /// A setting cannot be so, or a placeholder names no parameter.
    #[error("{message}")]
    Setting {
        /// The setting's dotted name, such as `argv[2]`; empty for the settings as a whole.
        setting: String,
        /// What was found and what was expected.
        message: String,
        /// What to do, where that is known.
        help: Option<String>,
    },
    /// A parameter is bound by no setting, so that its value would not matter.
    #[error("{}", unused_message(name))]
    Unused {
        /// The parameter.
        name: String,
    },
}

impl TemplateError {
    fn setting(settings: &Node, problem: Problem) -> Self {
        let setting = settings.name_of(problem.at).unwrap_or_default();
        Self::Setting { setting, message: problem.message, help: problem.details.help }
    }
}

/// What a template uses of a space.
pub(crate) struct Usage {
    /// The template with every default written out.
    pub(crate) template: ObjectiveTemplate,
    /// Column of the first parameter that does not occur in it.
    pub(crate) unused: Option<usize>,
}

impl ObjectiveTemplate {
    /// A template for a space, from settings as a study file has them under `objective`.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn new(settings: &Value, space: &SearchSpace) -> Result<Self, TemplateError> {
        let node = Node::from_json(settings);
        let usage = Self::check(&node, space).map_err(|p| TemplateError::setting(&node, p))?;
        match usage.unused {
            Some(column) => {
                Err(TemplateError::Unused { name: space.parameters()[column].name.clone() })
            }
            None => Ok(usage.template),
        }
    }

    /// The settings for one trial's parameters.
    ///
    /// # Errors
    /// [`TemplateError::Setting`] for the setting that is wrong with these parameters. A template of a
    /// checked study seldom fails: many points of its space were tried when it was loaded.
    pub fn bind(&self, params: &Params) -> Result<ObjectiveSettings, TemplateError> {
        let node = Node::from_json(&self.0);
        let bound = bind(&node, params).and_then(|bound| from_node(&bound));
        bound.map_err(|problem| TemplateError::setting(&node, problem))
    }

    /// Which kind of objective it is. A kind that is itself a placeholder is no kind at all; checking
    /// refuses it.
    pub fn kind(&self) -> ObjectiveKind {
        self.text("type").and_then(ObjectiveKind::named).unwrap_or(ObjectiveKind::Command)
    }

    /// Makes what evaluates trials, where that needs no libtorch.
    ///
    /// # Errors
    /// [`Unavailable`] for a CNN, which `surmise-torch` trains.
    pub fn objective(&self) -> Result<Box<dyn Objective>, Unavailable> {
        self.kind().objective(self)
    }

    /// The same with another value at a dotted key (`optimizer.lr`), a placeholder or not; whether it
    /// is right shows when it is bound. `None` if a key on the way holds no map, or the first one is
    /// no setting of the objective.
    pub fn with(mut self, key: &str, value: Value) -> Option<Self> {
        let first = key.split('.').next().unwrap_or_default();
        if !self.kind().keys().contains(&first) {
            return None;
        }
        let mut at = &mut self.0;
        for part in key.split('.') {
            if at.is_null() {
                *at = Value::Object(serde_json::Map::new());
            }
            at = at.as_object_mut()?.entry(part).or_insert(Value::Null);
        }
        *at = value;
        Some(self)
    }

    /// A top-level setting that is text, as declared.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// A top-level setting that is a whole number and no placeholder.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key)?.as_u64()
    }

    /// Steps a trial reports unless it ends early, where the declaration tells: a CNN's epochs.
    pub fn steps(&self) -> Option<u64> {
        self.number("epochs")
    }

    /// The settings as declared, every default written out.
    pub fn to_json(&self) -> &Value {
        &self.0
    }

    /// Checks an objective against a space: every placeholder names a parameter, and the settings are
    /// right at many points of the space.
    pub(crate) fn check(node: &Node, space: &SearchSpace) -> Result<Usage, Problem> {
        let mut used = Vec::new();
        check_names(node, space, &mut used)?;
        check_program(node, space)?;
        let settings = |params: &Params| {
            bind(node, params)
                .and_then(|bound| from_node(&bound))
                .map_err(|problem| blame(problem, node, params))
        };
        for params in probe::points(space, node.size()) {
            settings(&params)?;
        }
        // With nothing left out, so that elements stay at their places; but for maps whose type is a
        // parameter, in which not everything goes together. Where that is no point of the space it may
        // be wrong as settings, too.
        let complete = bind(&without_open(node), &space.all_at_middle());
        let complete = complete.and_then(|bound| from_node(&bound));
        let mut complete = complete.map_or_else(|_| node.to_json(), |settings| settings.to_json());
        restore_placeholders(&mut complete, node);
        // A default may depend on a parameter, as a crop's size does on `image_size`: written out, it
        // would be that of the middle. Then all is as declared.
        let written = Node::from_json(&complete);
        let same = |params: &Params| {
            let bound = bind(&written, params).and_then(|bound| from_node(&bound));
            bound.is_ok_and(|bound| settings(params).is_ok_and(|declared| declared == bound))
        };
        if !probe::points(space, node.size()).all(|params| same(&params)) {
            complete = node.to_json();
            restore_placeholders(&mut complete, node);
        }
        let needed = |column: &usize| !used.contains(column) && !space.is_parent(*column);
        Ok(Usage { template: Self(complete), unused: (0..space.len()).find(needed) })
    }
}

/// That no placeholder names a parameter.
pub(crate) fn unused_message(name: &str) -> String {
    format!("the objective does not use the parameter `{name}`")
}

/// The program to run must be there in every trial.
fn check_program(node: &Node, space: &SearchSpace) -> Result<(), Problem> {
    let program = node.child("argv").and_then(|(_, argv)| match &argv.data {
        Data::List(items) => items.first(),
        _ => None,
    });
    let Some(Node { id, data: Data::Text(text) }) = program else {
        return Ok(());
    };
    for piece in pieces(text).unwrap_or_default() {
        if let Piece::Name(name, written) = piece
            && space.position(name).is_some_and(|column| space.may_be_inactive(column))
        {
            let message = format!("the program to run depends on `{name}`, which may be inactive");
            return Err(Problem::new(*id, message, "not always there")
                .within(written)
                .help("arguments that mention an inactive parameter are left out"));
        }
    }
    Ok(())
}

/// Every placeholder names a parameter; collects their columns.
fn check_names(node: &Node, space: &SearchSpace, used: &mut Vec<usize>) -> Result<(), Problem> {
    match &node.data {
        Data::Text(text) => {
            let pieces = pieces(text).map_err(|tail| {
                let label = if tail.starts_with("${}") {
                    "no name inside"
                } else if tail.starts_with("${") {
                    "never closed with `}`"
                } else {
                    "no name follows"
                };
                Problem::new(node.id, "a `$` needs the name of a parameter", label)
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
    // `$optimizer.lr` reads as `$optimizer` and text.
    let dotted = names().find(|n| n.strip_prefix(name).is_some_and(|r| r.starts_with(['.', '-'])));
    let help = match dotted.or_else(|| nearest(name, names())) {
        Some(name) => format!("did you mean `{}`?", placeholder(name)),
        None => {
            let known: Vec<String> =
                names().take(20).map(|name| format!("`{}`", placeholder(name))).collect();
            format!("the space has {}; write `$$` for a plain `$`", known.join(", "))
        }
    };
    Problem::new(node.id, format!("unknown parameter `{name}`"), "not in the space")
        .within(written)
        .help(help)
}

/// Says which parameters are behind a wrong setting.
fn blame(mut problem: Problem, template: &Node, params: &Params) -> Problem {
    let Some(pieces) = find(template, &problem).and_then(|text| pieces(text).ok()) else {
        return problem;
    };
    let mut values: Vec<String> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Name(name, _) => {
                let value = params.get(name)?.to_string();
                Some(format!("`{name}` = {}", crate::config::shorten(&value)))
            }
            Piece::Text(_) => None,
        })
        .collect();
    values.dedup();
    if !values.is_empty() {
        problem.message = format!("with {}, {}", values.join(" and "), problem.message);
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

/// Reads settings kept as JSON.
fn from_node(node: &Node) -> Result<ObjectiveSettings, Problem> {
    ObjectiveSettings::read(&Entry { name: "objective".into(), place: node.id, node })
}
