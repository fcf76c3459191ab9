//! Found names and shapes against expected ones.

use std::fmt;

use tch::Tensor;
use thiserror::Error;

use super::StateDict;
use super::names::quoted;

/// At most so many names of a kind in a message.
const MOST_SHOWN: usize = 8;

/// How a state dict differs from what was expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error)]
pub struct Mismatch {
    /// Expected, but not there.
    pub missing: Vec<String>,
    /// There, but not expected.
    pub unexpected: Vec<String>,
    /// There, but in another shape.
    pub misshapen: Vec<Misshapen>,
}

/// A tensor of another shape than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misshapen {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub found: Vec<i64>,
    /// The shape it should have.
    pub expected: Vec<i64>,
}

impl Mismatch {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.misshapen.is_empty()
    }
}

/// For example: "missing `a`, `b` and 3 more; unexpected `c`; `d` is [1, 2], expected [3, 2]".
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &[String]| listed(names, |name| quoted(name));
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("missing {}", names(&self.missing)));
        }
        if !self.unexpected.is_empty() {
            parts.push(format!("unexpected {}", names(&self.unexpected)));
        }
        if !self.misshapen.is_empty() {
            parts.push(listed(&self.misshapen, |Misshapen { name, found, expected }| {
                format!("{} is {found:?}, expected {expected:?}", quoted(name))
            }));
        }
        if parts.is_empty() {
            parts.push("nothing differs".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}

fn listed<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<_> = items.iter().take(MOST_SHOWN).map(show).collect();
    match items.len().saturating_sub(MOST_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What of a state dict was expected.
#[derive(Debug)]
pub struct Fit<'a> {
    /// Expected and there, in the order of what was expected: all of it after a strict fit.
    pub matched: Vec<(&'a str, &'a Tensor)>,
    /// What differs, which a fit that was not strict allows: missing and unexpected names.
    pub mismatch: Mismatch,
}

impl StateDict {
    /// Finds the tensors of these names and shapes. Batch normalisation's counters
    /// (`….num_batches_tracked`), which nothing is computed from, may be there unexpectedly.
    ///
    /// # Errors
    /// All that differs: where `strict`, if anything does; else, if a shape does. So it is in
    /// PyTorch's `load_state_dict`.
    pub fn fit(&self, expected: &[(&str, &[i64])], strict: bool) -> Result<Fit<'_>, Mismatch> {
        let mut mismatch = Mismatch::default();
        let mut matched = Vec::new();
        let mut used = vec![false; self.entries.len()];
        for &(name, shape) in expected {
            let Some(&place) = self.places.get(name) else {
                mismatch.missing.push(name.to_owned());
                continue;
            };
            used[place] = true;
            let (name, tensor) = &self.entries[place];
            let found = tensor.size();
            if found == shape {
                matched.push((name.as_str(), tensor));
            } else {
                let (name, expected) = (name.clone(), shape.to_vec());
                mismatch.misshapen.push(Misshapen { name, found, expected });
            }
        }
        let unused = self.entries.iter().zip(used).filter(|(_, used)| !used);
        let unexpected = unused.map(|((name, _), _)| name).filter(|name| !is_counter(name));
        mismatch.unexpected = unexpected.cloned().collect();
        if !mismatch.misshapen.is_empty() || (strict && !mismatch.is_empty()) {
            return Err(mismatch);
        }
        Ok(Fit { matched, mismatch })
    }
}

fn is_counter(name: &str) -> bool {
    name.rsplit('.').next() == Some("num_batches_tracked")
}
