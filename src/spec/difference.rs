//! What two declarations of one study disagree about.

use std::fmt;

use serde_json::Value;

use super::StudySpec;

/// A setting in which a study differs from its stored declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its dotted name, e.g. `space.lr.high`.
    pub key: String,
    /// What is stored; `None` if the key is not there.
    pub stored: Option<Value>,
    /// What is declared now; `None` if the key is not there.
    pub found: Option<Value>,
}

impl fmt::Display for Difference {
    /// ``` `space.lr.high` was 0.4, now 0.1 ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| match value {
            None => "absent".into(),
            Some(value) => value.to_string(),
        };
        let (stored, found) = (show(&self.stored), show(&self.found));
        write!(f, "`{}` was {stored}, now {found}", self.key)
    }
}

impl StudySpec {
    /// Everything in which this declaration differs from the stored one, but for the budget (`trials`) and
    /// the images left aside for testing, which no trial sees: these may change while a study lives,
    /// anything else would make its other trials mean something else. Empty if the study may go on.
    pub fn differences(&self, stored: &StudySpec) -> Vec<Difference> {
        let mut differences = Vec::new();
        compare("", &stored.to_json(), &self.to_json(), &mut differences);
        differences.retain(|d| d.key != "trials" && d.key != "objective.data.test");
        differences
    }
}

fn compare(key: &str, stored: &Value, found: &Value, out: &mut Vec<Difference>) {
    match (stored, found) {
        (Value::Object(a), Value::Object(b)) => {
            let before = out.len();
            for (name, stored) in a {
                let key = join(key, name);
                match b.get(name) {
                    Some(found) => compare(&key, stored, found, out),
                    None => out.push(Difference { key, stored: Some(stored.clone()), found: None }),
                }
            }
            for (name, found) in b.iter().filter(|(name, _)| !a.contains_key(*name)) {
                out.push(Difference {
                    key: join(key, name),
                    stored: None,
                    found: Some(found.clone()),
                });
            }
            // The order of parameters is the order of columns, hence part of the meaning.
            if out.len() == before && !a.keys().eq(b.keys()) {
                out.push(Difference {
                    key: format!("order of {key}"),
                    stored: Some(a.keys().cloned().collect()),
                    found: Some(b.keys().cloned().collect()),
                });
            }
        }
        _ if stored == found => {}
        _ => out.push(Difference {
            key: key.into(),
            stored: Some(stored.clone()),
            found: Some(found.clone()),
        }),
    }
}

fn join(key: &str, name: &str) -> String {
    if key.is_empty() { name.into() } else { format!("{key}.{name}") }
}
