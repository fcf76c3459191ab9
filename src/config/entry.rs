//! Taking values out of a tree, with errors that name the key, what was found and what is expected.

use std::ops::RangeInclusive;

use super::{Data, Key, Node, NodeId, Problem, Synonym, did_you_mean, did_you_mean_by};

/// A value with its dotted name.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'n> {
    /// Dotted name, e.g. `objective.argv[2]`.
    pub(crate) name: String,
    /// Where to point when the value as a whole lacks something.
    pub(crate) place: NodeId,
    /// The value.
    pub(crate) node: &'n Node,
}

/// The entries of a map.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'n> {
    name: String,
    place: NodeId,
    entries: &'n [(Key, Node)],
}

impl<'n> Entry<'n> {
    /// The whole declaration.
    pub(crate) fn root(node: &'n Node) -> Self {
        Self { name: String::new(), place: node.id, node }
    }

    /// A problem with this value.
    pub(crate) fn problem(&self, message: impl Into<String>, label: impl Into<String>) -> Problem {
        Problem::new(self.node.id, message, label)
    }

    /// The problem that this value is not `what`.
    pub(crate) fn expected(&self, what: &str) -> Problem {
        let found = self.node.describe();
        self.problem(
            format!("`{}` must be {what}, found {found}", self.name),
            format!("expected {what}"),
        )
    }

    /// Any number.
    pub(crate) fn number(&self) -> Result<f64, Problem> {
        match self.node.data {
            Data::Int(v) => Ok(v as f64),
            Data::Float(v) => Ok(v),
            _ => Err(self.expected_number("a number")),
        }
    }

    /// A whole number in a range; `1e3` and `1000.0` count as whole.
    pub(crate) fn whole(&self, range: RangeInclusive<i128>) -> Result<i128, Problem> {
        // Beyond 2^53 not every whole number has a float, so a float there is an accident.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let (low, high) = (*range.start(), *range.end());
        let wide = high >= i64::MAX.into();
        let what = match low {
            _ if !wide => format!("a whole number from {low} to {high}"),
            _ if low <= i64::MIN.into() => "a whole number".into(),
            _ => format!("a whole number of at least {low}"),
        };
        let value = match self.node.data {
            Data::Int(v) => v,
            Data::Float(v) if v.fract() == 0.0 && v.abs() <= EXACT => v as i128,
            _ => return Err(self.expected_number(&what)),
        };
        if range.contains(&value) {
            Ok(value)
        } else if wide && (value > high || value < i64::MIN.into()) {
            Err(self.expected("a whole number that fits into 64 bits"))
        } else {
            Err(self.expected(&what))
        }
    }

    /// The problem that this value is no number, with the number meant where that is clear.
    fn expected_number(&self, what: &str) -> Problem {
        let problem = self.expected(what);
        let Data::Text(text) = &self.node.data else {
            return problem;
        };
        let digits = text.replace(['_', ','], "");
        match digits.parse::<f64>() {
            Ok(v) if v.is_finite() => problem.help(format!("write {digits}, without quotes")),
            _ => problem,
        }
    }

    /// Text.
    pub(crate) fn text(&self) -> Result<&'n str, Problem> {
        match &self.node.data {
            Data::Text(v) => Ok(v),
            Data::Bool(_) | Data::Int(_) | Data::Float(_) => {
                Err(self.expected("text").help("put it in quotes to make it text"))
            }
            _ => Err(self.expected("text")),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self) -> Result<bool, Problem> {
        match &self.node.data {
            Data::Bool(v) => Ok(*v),
            Data::Text(text) => {
                let problem = self.expected("`true` or `false`");
                Err(match text.to_lowercase().as_str() {
                    "yes" | "on" | "y" | "t" => problem.help("write `true`"),
                    "no" | "off" | "n" | "f" => problem.help("write `false`"),
                    _ => problem,
                })
            }
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    /// A whole number of a type; which are right is for whoever checks the settings.
    pub(crate) fn count<T: TryFrom<i128>>(&self) -> Result<T, Problem> {
        let value = self.whole(i64::MIN.into()..=i64::MAX.into())?;
        T::try_from(value).map_err(|_| {
            let message = format!("`{}` is {value}, far out of range", self.name);
            self.problem(message, "out of range")
        })
    }

    /// One of a few words, given with their meanings.
    pub(crate) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Problem> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let found = self.one_of(&known)?;
        let meaning = words.iter().find(|(word, _)| *word == found);
        meaning.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let help = did_you_mean(found, &known);
            self.unknown(found).help(help)
        })
    }

    /// One of the names of a list that has its own synonyms.
    pub(crate) fn name<'w>(
        &self,
        names: &[&'w str],
        synonyms: &[Synonym],
    ) -> Result<&'w str, Problem> {
        let found = self.one_of(names)?;
        names.iter().find(|name| **name == found).copied().ok_or_else(|| {
            let help = did_you_mean_by(found, names, synonyms);
            self.unknown(found).help(help)
        })
    }

    /// The text, where one of a few words is expected.
    fn one_of(&self, known: &[&str]) -> Result<&'n str, Problem> {
        let Data::Text(found) = &self.node.data else {
            let list: Vec<String> = known.iter().map(|w| format!("`{w}`")).collect();
            return Err(self.expected(&format!("one of {}", list.join(", "))));
        };
        Ok(found)
    }

    fn unknown(&self, found: &str) -> Problem {
        let message = format!("unknown `{}`: `{}`", self.name, super::shorten(found));
        self.problem(message, "not known")
    }

    /// The elements of a list.
    pub(crate) fn list(&self) -> Result<Vec<Entry<'n>>, Problem> {
        let Data::List(items) = &self.node.data else {
            return Err(self.expected("a list"));
        };
        let entry = |(i, node): (usize, &'n Node)| Entry {
            name: format!("{}[{i}]", self.name),
            place: node.id,
            node,
        };
        Ok(items.iter().enumerate().map(entry).collect())
    }

    /// The entries of a map.
    pub(crate) fn fields(&self) -> Result<Fields<'n>, Problem> {
        let Data::Map(entries) = &self.node.data else {
            return Err(if self.name.is_empty() {
                let found = self.node.describe();
                self.problem(
                    format!("a study is a map of keys to values, found {found}"),
                    "expected `key: value`",
                )
            } else {
                self.expected("a map")
            });
        };
        Ok(Fields { name: self.name.clone(), place: self.place, entries })
    }
}

impl<'n> Fields<'n> {
    /// Refuses keys other than these; `of` says what they belong to.
    pub(crate) fn only(&self, of: &str, known: &[&str]) -> Result<(), Problem> {
        let unknown = |(key, _): &&(Key, Node)| !known.contains(&key.name.as_str());
        let Some((key, _)) = self.entries.iter().find(unknown) else {
            return Ok(());
        };
        let help = if key.name == "<<" {
            "merge keys are not supported: write the keys out".into()
        } else {
            did_you_mean(&key.name, known)
        };
        let name = super::shorten(&key.name);
        Err(Problem::new(key.id, format!("unknown key `{name}`"), format!("not a key of {of}"))
            .help(help))
    }

    /// The value of a key; one that is left empty counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<Entry<'n>> {
        self.iter()
            .find(|(found, entry)| found.name == key && entry.node.data != Data::Null)
            .map(|(_, entry)| entry)
    }

    /// The value of a key that must be there; `example` shows how to write it.
    pub(crate) fn require(&self, key: &str, example: &str) -> Result<Entry<'n>, Problem> {
        if let Some(entry) = self.get(key) {
            return Ok(entry);
        }
        let help = format!("write it as `{example}`");
        Err(match self.iter().find(|(found, _)| found.name == key) {
            Some((found, entry)) => {
                Problem::new(found.id, format!("`{}` has no value", entry.name), "nothing follows")
                    .help(help)
            }
            None if self.name.is_empty() => {
                Problem::new(self.place, format!("missing key `{key}`"), "not in this map")
                    .help(help)
            }
            None => Problem::new(
                self.place,
                format!("`{}` lacks the key `{key}`", self.name),
                format!("needs `{key}`"),
            )
            .help(help),
        })
    }

    /// The keys and values, as declared.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'n Key, Entry<'n>)> {
        self.entries.iter().map(|(key, node)| {
            let dot = if self.name.is_empty() { "" } else { "." };
            let name = format!("{}{dot}{}", self.name, super::shorten(&key.name));
            let place = key.id;
            (key, Entry { name, place, node })
        })
    }
}

/// The word for a meaning.
pub(crate) fn word_for<T: PartialEq>(
    words: &[(&'static str, T)],
    meaning: T,
) -> Option<&'static str> {
    words.iter().find(|(_, known)| *known == meaning).map(|(word, _)| *word)
}
