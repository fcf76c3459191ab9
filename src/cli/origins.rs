//! Where the parameters of a study's trials came from, counted. Fallbacks are counted aloud, with their
//! reasons: a model that quietly stopped working would look like a model.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::trial::{Origin, Trial};

use super::table;

/// Trials by the kind of their origin, and fallbacks by their reason, both in the order of first
/// appearance.
#[derive(Debug, Default)]
pub(super) struct Origins {
    kinds: Vec<(&'static str, usize)>,
    reasons: Vec<(String, usize)>,
}

impl Origins {
    pub(super) fn of(trials: &[Trial]) -> Self {
        let mut counted = Self::default();
        for origin in trials.iter().filter_map(|t| t.origin.as_ref()) {
            count(&mut counted.kinds, origin.kind());
            if let Origin::Fallback { reason } = origin {
                count(&mut counted.reasons, reason.clone());
            }
        }
        counted
    }

    /// One line, and one a reason; nothing without trials.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        let parts: Vec<String> =
            self.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        writeln!(out, "\norigins: {}", parts.join(", "))?;
        for (reason, count) in &self.reasons {
            writeln!(out, "  fallback, {count}: {}", table::clean(reason))?;
        }
        Ok(())
    }

    /// `{"center": 1, "sobol": 4, …, "fallback": 1}`
    pub(super) fn kinds(&self) -> Value {
        let pairs = self.kinds.iter().map(|(kind, count)| ((*kind).to_owned(), json!(count)));
        Value::Object(pairs.collect::<Map<_, _>>())
    }

    /// `[{"reason": "…", "count": 1}, …]`
    pub(super) fn fallbacks(&self) -> Value {
        let one = |(reason, count): &(String, usize)| json!({ "reason": reason, "count": count });
        self.reasons.iter().map(one).collect()
    }
}

fn count<T: PartialEq>(counts: &mut Vec<(T, usize)>, what: T) {
    match counts.iter_mut().find(|(known, _)| *known == what) {
        Some((_, count)) => *count += 1,
        None => counts.push((what, 1)),
    }
}
