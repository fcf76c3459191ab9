//! Numbers as people read them, and the finite range pictures work in.

/// Largest magnitude drawn; differences of two such values stay finite.
pub(super) const LIMIT: f64 = 1e300;

/// A value that can be drawn: clamped to ±[`LIMIT`], denormal dust to 0. NaN has no place in a
/// picture and must be sorted out before.
pub(super) fn drawable(value: f64) -> f64 {
    if value.abs() < 1.0 / LIMIT { 0.0 } else { value.clamp(-LIMIT, LIMIT) }
}

/// A value to `digits` significant digits, trailing zeros dropped: `0.8512`, `12`, `3.1×10⁻⁷`.
pub(super) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { value.to_string() };
    }
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    // `{:e}` always writes an `e`.
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        minus(trim_zeros(&format!("{value:.decimals$}")))
    } else {
        format!("{}×{}", minus(trim_zeros(mantissa)), power_of_ten(exponent))
    }
}

/// `10⁻⁶`.
pub(super) fn power_of_ten(exponent: i32) -> String {
    let mut text = "10".to_owned();
    text.extend(exponent.to_string().chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    }));
    text
}

/// `1 trial`, `20 trials`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The hyphen as a real minus sign.
pub(super) fn minus(text: &str) -> String {
    text.replace('-', "−")
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0.0, "0"),
            (0.851234, "0.8512"),
            (12.0, "12"),
            (-0.5, "−0.5"),
            (3.14159e-7, "3.142×10⁻⁷"),
            (1e300, "1×10³⁰⁰"),
            (123456.0, "123456"),
            (0.99999, "1"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value, 4), text);
        }
    }
}
