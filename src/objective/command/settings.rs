//! The settings of a program as an objective.

use std::time::Duration;

use serde_json::{Value, json};

use super::CommandObjective;
use crate::config::{Data, Entry, Problem};
use crate::objective::{Declared, FileKind, NamedFile, Objective, ObjectiveTemplate, Unavailable};

/// A program to run for a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandSettings {
    /// Program and arguments; never given to a shell. Not empty.
    pub argv: Vec<String>,
    /// Longest time a trial may take.
    pub timeout: Option<Duration>,
}

/// More arguments than any command line takes.
const MOST_ARGUMENTS: usize = 1000;

impl Declared for CommandSettings {
    const NOUN: &'static str = "a command";
    const KEYS: &'static [&'static str] = &["type", "argv", "timeout"];
    const FILES: &'static [NamedFile] =
        &[NamedFile { key: "objective.argv[0]", pointer: "/argv/0", kind: FileKind::Program }];

    fn read(objective: &Entry<'_>) -> Result<Self, Problem> {
        let fields = objective.fields()?;
        fields.only("a command objective", Self::KEYS)?;
        let argv = fields.require("argv", "argv: [python3, train.py, \"--lr=$lr\"]")?;
        let arguments = match &argv.node.data {
            Data::Text(_) => {
                let message = "`argv` must be a list, found one text";
                return Err(Problem::new(argv.place, message, "expected a list")
                    .help("no shell is involved: write every argument as its own list element"));
            }
            _ => argv.list()?,
        };
        match arguments.first().map(argument).transpose()? {
            None => {
                return Err(argv.problem("`argv` is empty", "needs at least the program to run"));
            }
            Some(program) if program.trim().is_empty() => {
                return Err(arguments[0].problem("the program to run is empty", "no program"));
            }
            Some(_) if arguments.len() > MOST_ARGUMENTS => {
                let found = arguments.len();
                let message = format!("`argv` has {found} arguments, more than {MOST_ARGUMENTS}");
                return Err(argv.problem(message, "too many"));
            }
            Some(_) => {}
        }
        Ok(Self {
            argv: arguments.iter().map(argument).collect::<Result<_, _>>()?,
            timeout: fields.get("timeout").map(|t| duration(&t)).transpose()?,
        })
    }

    fn to_json(&self) -> Value {
        let timeout = self.timeout.map(|t| humantime::format_duration(t).to_string());
        json!({ "type": "command", "argv": self.argv, "timeout": timeout })
    }

    fn objective(template: &ObjectiveTemplate) -> Result<Box<dyn Objective>, Unavailable> {
        Ok(Box::new(CommandObjective::new(template.clone())))
    }
}

/// An argument: text, or a number or boolean as text.
fn argument(entry: &Entry<'_>) -> Result<String, Problem> {
    match &entry.node.data {
        Data::Text(text) if text.contains('\0') => {
            Err(entry.problem("an argument cannot hold a NUL character", "not allowed"))
        }
        Data::Text(text) => Ok(text.clone()),
        Data::Int(v) => Ok(v.to_string()),
        Data::Float(v) => Ok(format!("{v:?}")),
        Data::Bool(v) => Ok(v.to_string()),
        Data::Null | Data::List(_) | Data::Map(_) => Err(entry.expected("text or a number")),
    }
}

/// A time span such as `90s` or `1h 30m`.
fn duration(entry: &Entry<'_>) -> Result<Duration, Problem> {
    const EXAMPLE: &str = "a time span such as `90s`, `10m` or `1h 30m`";
    let Data::Text(text) = &entry.node.data else {
        let problem = entry.expected(EXAMPLE);
        return Err(match &entry.node.data {
            Data::Int(v) => problem.help(format!("write `{v}s` for {v} seconds")),
            _ => problem,
        });
    };
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err(entry.problem(
            format!("`{}` must be longer than nothing", entry.name),
            "no trial can be that fast",
        )),
        Ok(duration) => Ok(duration),
        Err(error) => Err(entry.expected(EXAMPLE).help(error.to_string())),
    }
}
