//! Reading what a program prints: metric lines from stdout, the log.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::process::for_each_line;
use crate::trial::Metrics;

/// Largest log of one trial; what a flooding program prints beyond it is dropped.
const LOG_LIMIT: u64 = 64 * 1024 * 1024;
/// Bytes kept of a line that a failure's reason may quote.
pub(super) const QUOTED_BYTES: usize = 500;

/// Keys that name the step of a line, the first of several.
const STEP_KEYS: [&str; 4] = ["step", "global_step", "iteration", "epoch"];

/// A line of metrics: `{"step": 3, "accuracy": 0.71}`, or `{"accuracy": 0.85}` for final ones.
pub(super) struct MetricLine {
    /// The step; `None` of a line with final metrics.
    pub(super) step: Option<u64>,
    /// Every number but the step, perhaps NaN or infinite.
    pub(super) metrics: Metrics,
    /// What stands in place of the study's metric, as JSON, where that is no number.
    pub(super) other: Option<String>,
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

/// Reads stdout on a thread of its own until it closes or `metrics` wants no more: all to the log, metric
/// lines to `metrics`, too; then calls `closed`.
pub(super) fn read_stdout(
    stdout: Option<impl Read + Send + 'static>,
    metric: String,
    log: Log,
    metrics: impl Fn(MetricLine) -> bool + Send + 'static,
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
            let parsed = parse(line, &metric);
            if parsed.as_ref().is_none_or(|m| m.other.is_none() && m.metrics.get(&metric).is_none())
            {
                shared.set(line);
            }
            parsed.is_none_or(&metrics)
        });
        closed();
    });
    last
}

/// The last line on stdout without the study's metric: often the metric, written wrongly.
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

/// The metrics in `line`, if it is a JSON object that holds the study's metric, or a step and numbers,
/// or nothing but numbers. Any other object is taken for a program's log.
fn parse(line: &[u8], metric: &str) -> Option<MetricLine> {
    let text = std::str::from_utf8(line).ok()?.trim();
    if !text.starts_with('{') {
        return None;
    }
    let Value::Object(mut object) = serde_json::from_str(text)
        .or_else(|_| {
            // Python's json.dumps writes NaN and Infinity, which JSON does not have.
            serde_json::from_str(&quote_non_finite(text))
        })
        .ok()?
    else {
        return None;
    };
    let step_key = STEP_KEYS.into_iter().find(|&key| key != metric && object.contains_key(key));
    let step = match step_key.and_then(|key| object.remove(key)) {
        None => None,
        // A line with a step that is none says nothing.
        Some(step) => Some(whole(&step)?),
    };
    let metrics: Metrics =
        object.iter().filter_map(|(name, value)| Some((name.as_str(), number(value)?))).collect();
    let has_metric = object.contains_key(metric);
    let only_numbers = metrics.len() == object.len();
    if !has_metric && (metrics.is_empty() || (step.is_none() && !only_numbers)) {
        return None;
    }
    let other = object.get(metric).filter(|_| metrics.get(metric).is_none());
    Some(MetricLine { step, metrics, other: other.map(Value::to_string) })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) if matches!(s.as_str(), "NaN" | "Infinity" | "-Infinity") => {
            s.parse().ok()
        }
        _ => None,
    }
}

fn whole(step: &Value) -> Option<u64> {
    let exact =
        |step: f64| (step.fract() == 0.0 && (0.0..9e15).contains(&step)).then_some(step as u64);
    let step = step.as_u64().or_else(|| exact(step.as_f64()?));
    step.filter(|&step| i64::try_from(step).is_ok())
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

    type Named = Vec<(String, f64)>;

    fn read(line: &str) -> Option<(Option<u64>, Named)> {
        let line = parse(line.as_bytes(), "accuracy")?;
        Some((line.step, line.metrics.iter().map(|(n, v)| (n.to_owned(), v)).collect()))
    }

    fn metrics(pairs: &[(&str, f64)]) -> Named {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn metric_lines_are_told_from_the_rest() {
        let accuracy = |value| metrics(&[("accuracy", value)]);
        for (line, step, found) in [
            (r#"{"step": 3, "accuracy": 0.71}"#, Some(3), accuracy(0.71)),
            (r#"{"step": 3.0, "accuracy": 1}"#, Some(3), accuracy(1.0)),
            (r#"  {"accuracy": 0.85, "host": "a"} "#, None, accuracy(0.85)),
            (r#"{"loss": 1}"#, None, metrics(&[("loss", 1.0)])),
            (r#"{"step": 2, "loss": 1, "phase": "train"}"#, Some(2), metrics(&[("loss", 1.0)])),
        ] {
            assert_eq!(read(line), Some((step, found)), "{line}");
        }
        for other in [
            "",
            "{",
            "hello",
            "[1]",
            "{}",
            r#"{"step": 3}"#,
            r#"{"level": "info", "time": 3.5}"#,
            r#"{"step": -1, "accuracy": 1}"#,
            r#"{"step": 0.5, "accuracy": 1}"#,
            r#"{"epoch": "three", "accuracy": 1}"#,
        ] {
            assert!(read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_line_gives_all_its_numbers_at_once() {
        let line = r#"{"step": 3, "val_loss": 0.4, "accuracy": 0.81, "note": "x", "ok": true}"#;
        let found = metrics(&[("accuracy", 0.81), ("val_loss", 0.4)]);
        assert_eq!(read(line), Some((Some(3), found)));
    }

    #[test]
    fn a_step_has_other_names_too() {
        for key in STEP_KEYS {
            let line = format!(r#"{{"{key}": 7, "accuracy": 0.5}}"#);
            assert_eq!(read(&line), Some((Some(7), metrics(&[("accuracy", 0.5)]))), "{line}");
        }
        let both = r#"{"epoch": 2, "step": 900, "accuracy": 0.5}"#;
        let found = metrics(&[("accuracy", 0.5), ("epoch", 2.0)]);
        assert_eq!(read(both), Some((Some(900), found)));
        // A study may measure one of them.
        let line = parse(br#"{"epoch": 12}"#, "epoch").unwrap();
        assert_eq!((line.step, line.metrics.get("epoch")), (None, Some(12.0)));
    }

    #[test]
    fn python_writes_nan_where_json_has_none() {
        let value = |line: &str| parse(line.as_bytes(), "accuracy")?.metrics.get("accuracy");
        assert!(value(r#"{"accuracy": NaN}"#).is_some_and(f64::is_nan));
        assert_eq!(
            value(r#"{"note": "NaN \" NaN", "accuracy": -Infinity}"#),
            Some(f64::NEG_INFINITY)
        );
        assert!(value(r#"{"step": 1, "accuracy": NaN}"#).is_some_and(f64::is_nan));
    }

    #[test]
    fn a_metric_that_is_no_number_is_named() {
        let line = parse(br#"{"accuracy": "high", "loss": 1}"#, "accuracy").unwrap();
        assert_eq!(line.other.as_deref(), Some("\"high\""));
        assert_eq!(line.metrics, Metrics::from([("loss", 1.0)]));
    }
}
