//! Reading what a program prints: metric lines from stdout, the log.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::process::for_each_line;
use crate::trial::Report;

/// Largest log of one trial; what a flooding program prints beyond it is dropped.
const LOG_LIMIT: u64 = 64 * 1024 * 1024;
/// Bytes kept of a line that a failure's reason may quote.
pub(super) const QUOTED_BYTES: usize = 500;

/// A metric line.
pub(super) enum Event {
    /// `{"step": 3, "accuracy": 0.71}`, finite.
    Step(Report),
    /// `{"accuracy": 0.85}`
    Final(Metric),
}

/// What stood where the metric should.
pub(super) enum Metric {
    /// A number, perhaps NaN or infinite.
    Number(f64),
    /// Something else, as JSON.
    Other(String),
}

/// The trial's log file, shared by the readers of stdout and stderr.
#[derive(Clone)]
pub(super) struct Log(Arc<Mutex<(File, u64)>>);

impl Log {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new((File::create(path)?, 0)))))
    }

    /// Appends one line. A log that cannot be written (a full disk) costs the log, not the trial.
    pub(super) fn line(&self, line: &[u8]) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, written) = &mut *guard;
        if *written > LOG_LIMIT {
            return;
        }
        *written += line.len() as u64 + 1;
        let note: &[u8] =
            if *written > LOG_LIMIT { b"\n[log cut here: too long]\n" } else { b"\n" };
        let _ = file.write_all(line).and_then(|()| file.write_all(note));
    }
}

/// Reads stdout on a thread of its own until it closes or `event` wants no more: metric lines to
/// `event`, the rest to the log; then calls `closed`.
pub(super) fn read_stdout(
    stdout: Option<impl Read + Send + 'static>,
    metric: String,
    log: Log,
    event: impl Fn(Event) -> bool + Send + 'static,
    closed: impl FnOnce() + Send + 'static,
) -> LastLine {
    let last = LastLine::default();
    let shared = last.clone();
    let Some(stdout) = stdout else {
        closed();
        return last;
    };
    thread::spawn(move || {
        for_each_line(stdout, |line| {
            log.line(line);
            match parse(line, &metric) {
                Some(found) => event(found),
                None => {
                    shared.set(line);
                    true
                }
            }
        });
        closed();
    });
    last
}

/// The last line on stdout that was no metric line: often the metric, written wrongly.
#[derive(Clone, Default)]
pub(super) struct LastLine(Arc<Mutex<String>>);

impl LastLine {
    fn set(&self, line: &[u8]) {
        let text = String::from_utf8_lossy(&line[..line.len().min(QUOTED_BYTES)]);
        if !text.trim().is_empty() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text.trim().to_owned();
        }
    }

    pub(super) fn get(&self) -> Option<String> {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!text.is_empty()).then(|| text.clone())
    }
}

/// The metric line in `line`, if it is one.
fn parse(line: &[u8], metric: &str) -> Option<Event> {
    let text = std::str::from_utf8(line).ok()?.trim();
    if !text.starts_with('{') {
        return None;
    }
    let Value::Object(object) = serde_json::from_str(text)
        .or_else(|_| {
            // Python's json.dumps writes NaN and Infinity, which JSON does not have.
            serde_json::from_str(&quote_non_finite(text))
        })
        .ok()?
    else {
        return None;
    };
    let number = match object.get(metric)? {
        Value::Number(n) => n.as_f64(),
        Value::String(s) if matches!(s.as_str(), "NaN" | "Infinity" | "-Infinity") => {
            s.parse().ok()
        }
        _ => None,
    };
    match (object.get("step"), number) {
        (Some(step), Some(value)) if value.is_finite() => {
            let step = step.as_u64().or_else(|| whole(step.as_f64()?));
            let step = step.filter(|&step| i64::try_from(step).is_ok())?;
            Some(Event::Step(Report { step, value }))
        }
        (Some(_), _) => None, // an intermediate value that is none: in the log, not in the store
        (None, Some(value)) => Some(Event::Final(Metric::Number(value))),
        (None, None) => Some(Event::Final(Metric::Other(object.get(metric)?.to_string()))),
    }
}

fn whole(step: f64) -> Option<u64> {
    (step.fract() == 0.0 && (0.0..9e15).contains(&step)).then_some(step as u64)
}

/// Puts quotes around the words NaN and (-)Infinity where they stand as values.
fn quote_non_finite(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"].into_iter().find(|w| rest.starts_with(w));
        match word {
            Some(word) if !in_string => {
                result.extend(["\"", word, "\""]);
                rest = &rest[word.len()..];
            }
            _ => {
                in_string ^= c == '"' && !escaped;
                escaped = c == '\\' && in_string && !escaped;
                result.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(line: &str) -> Option<(u64, f64)> {
        match parse(line.as_bytes(), "accuracy") {
            Some(Event::Step(r)) => Some((r.step, r.value)),
            _ => None,
        }
    }

    fn last(line: &str) -> Option<f64> {
        match parse(line.as_bytes(), "accuracy") {
            Some(Event::Final(Metric::Number(v))) => Some(v),
            _ => None,
        }
    }

    #[test]
    fn metric_lines_are_told_from_the_rest() {
        assert_eq!(step(r#"{"step": 3, "accuracy": 0.71}"#), Some((3, 0.71)));
        assert_eq!(step(r#"{"step": 3.0, "accuracy": 1}"#), Some((3, 1.0)));
        assert_eq!(last(r#"  {"accuracy": 0.85, "loss": 1} "#), Some(0.85));
        for other in ["", "{", "hello", "[1]", r#"{"loss": 1}"#, r#"{"step": -1, "accuracy": 1}"#] {
            assert!(parse(other.as_bytes(), "accuracy").is_none(), "{other}");
        }
    }

    #[test]
    fn python_writes_nan_where_json_has_none() {
        assert!(last(r#"{"accuracy": NaN}"#).is_some_and(f64::is_nan));
        assert_eq!(
            last(r#"{"note": "NaN \" NaN", "accuracy": -Infinity}"#),
            Some(f64::NEG_INFINITY)
        );
        assert_eq!(step(r#"{"step": 1, "accuracy": NaN}"#), None);
        assert!(matches!(
            parse(br#"{"accuracy": "high"}"#, "accuracy"),
            Some(Event::Final(Metric::Other(_)))
        ));
    }
}
