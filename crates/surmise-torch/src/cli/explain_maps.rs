//! Maps and colour bars for the pictures of `surmise explain` and `surmise explain-report`.

use crate::explain::{HeatMap, Palette, Planes, Sign, VisualizeError, heat_map};
use surmise::plot::ColorBar;
use surmise::program::CliError;

/// The map of some attributions; of those that have none of the sign, an empty one.
pub(super) fn map(values: &Planes, sign: Sign, outliers: f64) -> Result<HeatMap, CliError> {
    let (width, height) = (values.width(), values.height());
    match heat_map(values, sign, outliers) {
        Err(VisualizeError::Nothing { .. }) => {
            Ok(HeatMap { width, height, sign, values: vec![0.0; width * height] })
        }
        other => Ok(other?),
    }
}

/// Maps on a common scale, so that they can be compared. All are `width` × `height`.
pub(super) fn maps(
    values: &[Vec<f32>],
    (width, height): (usize, usize),
    sign: Sign,
    outliers: f64,
) -> Result<Vec<HeatMap>, CliError> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    // One below the other they are one map.
    let all = Planes::new(1, height * values.len(), width, values.concat());
    let all = map(&all?, sign, outliers)?;
    let parts = all.values.chunks(width * height);
    Ok(parts.map(|part| HeatMap { width, height, sign, values: part.to_vec() }).collect())
}

/// What the colours of a sign mean, `class` being what is explained.
pub(super) fn bar(sign: Sign, class: &str) -> ColorBar {
    let label = match sign {
        Sign::All => format!("against {class} (below 0), for it (above 0)"),
        Sign::Positive => format!("for {class}"),
        Sign::Negative => format!("against {class}"),
        Sign::Absolute => format!("for or against {class}"),
    };
    colors(sign, label)
}

/// A bar with the colours of a sign.
pub(super) fn colors(sign: Sign, label: String) -> ColorBar {
    let low = if sign == Sign::All { -1.0 } else { 0.0 };
    ColorBar { label, low, high: 1.0, colors: Palette::of(sign).shades().collect() }
}
