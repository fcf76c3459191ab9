//! A heat map in colours, alone or over its image.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `g` | the image in grey, its darkest pixel 0, its lightest 1 | h × w |
//! | `q` | a number from 0 to 1 as one of 256 colours, `min(⌊256 q⌋, 255)` | — |
//! | `o` | opacity of the map | scalar |
//!
//! A pixel is `(1 − o) grey(g) + o palette(v)`, as matplotlib lays one picture over another.

use image::{Rgb, RgbImage};

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

    /// Its colours, from the lowest value to the highest.
    pub fn shades(self) -> impl Iterator<Item = [u8; 3]> {
        (0..SHADES).map(move |shade| self.color(shade as f64 / SHADES as f64))
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

/// The map in colours.
pub fn colored(map: &HeatMap, palette: Palette) -> RgbImage {
    picture(map, |at| palette.color(position(map.sign, map.values[at])))
}

/// A picture of the map's size, by a colour for each of its values.
fn picture(map: &HeatMap, color: impl Fn(usize) -> [u8; 3]) -> RgbImage {
    RgbImage::from_fn(map.width as u32, map.height as u32, |x, y| {
        Rgb(color(y as usize * map.width + x as usize))
    })
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
) -> Result<RgbImage, VisualizeError> {
    let (of_map, of_image) = ((map.width, map.height), (image.width(), image.height()));
    if of_map != of_image {
        return Err(VisualizeError::Sizes { map: of_map, image: of_image });
    }
    if !(0.0..=1.0).contains(&opacity) {
        let (what, low, high) = ("opacity", 0.0, 1.0);
        return Err(VisualizeError::Range { what, found: opacity, low, high });
    }
    let greys: Vec<f64> = grey(image).collect();
    Ok(picture(map, |at| {
        // The grey palette's shades are its numbers.
        let base = shade(greys[at]) as f64;
        palette.color(position(map.sign, map.values[at])).map(|top| {
            let mixed = (1.0 - opacity) * base + opacity * f64::from(top);
            mixed.round_ties_even() as u8
        })
    }))
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
