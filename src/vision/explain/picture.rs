//! A heat map in colours, alone or over its image.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `g` | the image in grey, its darkest pixel 0, its lightest 1 | h × w |
//! | `q` | a number from 0 to 1 as one of 256 colours, `min(⌊256 q⌋, 255)` | — |
//! | `o` | opacity of the map | scalar |
//!
//! A pixel is `(1 − o) grey(g) + o palette(v)`, as matplotlib lays one picture over another.

use super::{HeatMap, Planes, Sign, VisualizeError};

/// Colours of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Palette {
    /// Plasma, dark blue to yellow, for 0 to 1: lightness grows evenly, also in grey.
    Plasma,
    /// ColorBrewer's RdBu, red over white to blue, for −1 to 1. In the place of Captum's red to
    /// green, which is one colour to many eyes; red is against the class here as there.
    RedBlue,
}

impl Palette {
    /// The one that suits what a map shows: [`RedBlue`](Self::RedBlue) for [`Sign::All`], else
    /// [`Plasma`](Self::Plasma).
    pub fn of(sign: Sign) -> Self {
        match sign {
            Sign::All => Self::RedBlue,
            Sign::Positive | Sign::Negative | Sign::Absolute => Self::Plasma,
        }
    }

    /// The colour at `position`, 0 to 1, in 256 shades.
    fn color(self, position: f64) -> [u8; 3] {
        let gradient = match self {
            Self::Plasma => colorous::PLASMA,
            Self::RedBlue => colorous::RED_BLUE,
        };
        gradient.eval_rational(shade(position), SHADES).into_array()
    }
}

/// Shades of a palette: matplotlib's number.
const SHADES: usize = 256;

/// `q`.
fn shade(position: f64) -> usize {
    ((position * SHADES as f64) as usize).min(SHADES - 1)
}

/// A picture, for any encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue of each pixel, by rows from the top: 3 · width · height.
    pub rgb: Vec<u8>,
}

/// The map in colours.
pub fn colored(map: &HeatMap, palette: Palette) -> Picture {
    let rgb =
        map.values.iter().flat_map(|&value| palette.color(position(map.sign, value))).collect();
    Picture { width: map.width, height: map.height, rgb }
}

/// The map in colours over `image` in grey (one or more channels, numbers from 0 to 1), with
/// `opacity` from 0, the image alone, to 1, the map alone. Captum's `blended_heat_map`; its default
/// is 0.5.
///
/// # Errors
/// [`VisualizeError::Sizes`], [`VisualizeError::Range`].
pub fn overlay(
    image: &Planes,
    map: &HeatMap,
    palette: Palette,
    opacity: f64,
) -> Result<Picture, VisualizeError> {
    let (of_map, of_image) = ((map.width, map.height), (image.width(), image.height()));
    if of_map != of_image {
        return Err(VisualizeError::Sizes { map: of_map, image: of_image });
    }
    if !(0.0..=1.0).contains(&opacity) {
        let (what, low, high) = ("opacity", 0.0, 1.0);
        return Err(VisualizeError::Range { what, found: opacity, low, high });
    }
    let mix = |(&value, grey): (&f32, f64)| {
        // The grey palette's shades are its numbers.
        let base = shade(grey) as f64;
        let top = palette.color(position(map.sign, value));
        top.map(|top| {
            let mixed = (1.0 - opacity) * base + opacity * f64::from(top);
            mixed.round_ties_even() as u8
        })
    };
    let rgb = map.values.iter().zip(grey(image)).flat_map(mix).collect();
    Ok(Picture { width: map.width, height: map.height, rgb })
}

/// A value's place in its palette.
fn position(sign: Sign, value: f32) -> f64 {
    match sign {
        Sign::All => 0.5 * (1.0 + f64::from(value)),
        Sign::Positive | Sign::Negative | Sign::Absolute => f64::from(value),
    }
}

/// `g` of each pixel: the mean of its channels as bytes, then spread out from 0 to 1.
fn grey(image: &Planes) -> impl Iterator<Item = f64> {
    // A cast cuts off what lies below 0 or above 255.
    let sums = image.folded(|sum: u32, value| sum + u32::from((255.0 * value) as u8));
    let least = sums.iter().copied().min().unwrap_or(0);
    let range = sums.iter().copied().max().unwrap_or(0) - least;
    // An image of one shade is black, as in matplotlib.
    sums.into_iter().map(move |sum| f64::from(sum - least) / f64::from(range.max(1)))
}
