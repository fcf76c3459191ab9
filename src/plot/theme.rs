//! Colours and sizes shared by all pictures. Sizes in pixels of the picture at scale 1.

use plotters::style::RGBColor;

/// Titles, values, the best-so-far line.
pub(super) const INK: RGBColor = RGBColor(0x1b, 0x24, 0x2d);
/// Axis labels and subtitles.
pub(super) const SOFT_INK: RGBColor = RGBColor(0x52, 0x5e, 0x6b);
/// Axis lines and ticks.
pub(super) const AXIS: RGBColor = RGBColor(0x9a, 0xa5, 0xb1);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe7, 0xeb, 0xef);
/// Behind everything.
pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// The best trial.
pub(super) const BEST: RGBColor = RGBColor(0xe0, 0x3c, 0x31);
/// Trials before the model.
pub(super) const INITIAL: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
/// Trials the model suggested; the model's mean in slices.
pub(super) const MODEL: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// Failed trials.
pub(super) const FAILED: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// Pruned trials.
pub(super) const PRUNED: RGBColor = RGBColor(0x8a, 0x6f, 0xb0);

/// Okabe and Ito's palette without yellow (too light for lines) and ordered by contrast:
/// M. Okabe, K. Ito, "Color Universal Design" (2008).
pub(super) const QUALITATIVE: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x00, 0x00),
];

/// Height of the title's letters.
pub(super) const TITLE: f64 = 23.0;
/// Height of axis labels, legends and panel titles.
pub(super) const LABEL: f64 = 16.0;
/// Height of tick labels and subtitles.
pub(super) const TICK: f64 = 15.0;

/// Relative luminance in `[0, 1]` (sRGB weights, gamma ignored): which of black and white shows up.
pub(super) fn luminance(color: RGBColor) -> f64 {
    let RGBColor(r, g, b) = color;
    (0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)) / 255.0
}

/// Opacity of bands around lines.
pub(super) const BAND: f64 = 0.16;
