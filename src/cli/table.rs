//! Plain tables and numbers for people.

use comfy_table::{Table, presets};

use crate::space::{ParamValue, Params};
use crate::trial::Timestamp;

/// An empty table with these column heads.
pub fn new(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(head);
    table
}

/// Text from elsewhere, with control characters (but for line ends and tabs) made visible, so that it
/// cannot steer the terminal.
pub fn clean(text: &str) -> String {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// A number to six significant digits, without trailing zeros.
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = value.abs().log10().floor();
    if (-5.0..=9.0).contains(&magnitude) {
        let decimals = (5.0 - magnitude).clamp(0.0, 12.0) as usize;
        let text = format!("{value:.decimals$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    } else {
        let text = format!("{value:.5e}");
        match text.split_once('e') {
            Some((mantissa, exponent)) if mantissa.contains('.') => {
                let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
                format!("{mantissa}e{exponent}")
            }
            _ => text,
        }
    }
}

/// A value and its standard error, both to the error's second significant digit.
pub(super) fn uncertain(value: f64, error: f64) -> String {
    let decimals = 1.0 - error.abs().log10().floor();
    if !(0.0..=12.0).contains(&decimals) {
        return format!("{} ± {}", number(value), number(error));
    }
    let decimals = decimals as usize;
    format!("{value:.decimals$} ± {error:.decimals$}")
}

/// A time in UTC, to the second.
pub(super) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('.').next().unwrap_or(&text).replace('T', " ")
}

/// Parameters in a line, numbers to six digits.
pub fn params(params: &Params) -> String {
    let pairs = params.iter().map(|(name, value)| match value {
        ParamValue::Float(value) => format!("{name}={}", number(*value)),
        value => format!("{name}={value}"),
    });
    pairs.collect::<Vec<_>>().join(" ")
}

/// A span of time, to the unit that matters: `0.42 s`, `12.3 s`, `4m 10s`.
pub fn span(seconds: f64) -> String {
    if seconds < 60.0 {
        let decimals = match seconds {
            ..0.1 => 3,
            ..1.0 => 2,
            _ => 1,
        };
        return format!("{:.decimals$} s", seconds.max(0.0));
    }
    let whole = std::time::Duration::from_secs(seconds.min(1e15) as u64);
    humantime::format_duration(whole).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits_and_no_idle_zeros() {
        for (value, text) in [
            (0.0, "0"),
            (0.86, "0.86"),
            (1.0 / 3.0, "0.333333"),
            (123456.0, "123456"),
            (1234567.0, "1234567"),
            (1e-4, "0.0001"),
            (1.5e-7, "1.5e-7"),
            (-2e300, "-2e300"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn an_error_tells_how_many_digits_matter() {
        assert_eq!(uncertain(0.922493, 0.0011957), "0.9225 ± 0.0012");
        assert_eq!(uncertain(12.3456, 4.2), "12.3 ± 4.2");
        assert_eq!(uncertain(1234.5, 420.0), "1234.5 ± 420");
        assert_eq!(uncertain(0.5, 0.0), "0.5 ± 0");
    }

    #[test]
    fn spans_change_units() {
        assert_eq!(span(0.0318), "0.032 s");
        assert_eq!(span(0.4213), "0.42 s");
        assert_eq!(span(12.34), "12.3 s");
        assert_eq!(span(250.0), "4m 10s");
    }
}
