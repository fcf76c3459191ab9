//! What happens to an image on its way to the network, as a list in order, with torchvision's meaning.
//!
//! A new transform is an entry in the list below: its name in YAML, its variant of [`Transform`], the
//! setting that a bare value after the name stands for, and its settings with their defaults and ranges.
//! Where it is not random, sets the size or works on numbers, the methods under the list say so. What it
//! does to pixels is in the package `surmise-torch`, in its folder `transform`.

mod order;
mod setting;

pub(super) use order::check_order;
pub(super) use setting::OutOfRange;

use serde_json::{Value, json};

use crate::config::{Fields, Problem};
use setting::{
    Default, Setting, channels, image_side, margin, number, probability, ratios, shares, side,
    strength,
};

/// A transform as a list of them is read.
pub(super) struct Kind {
    /// The name in YAML.
    pub(super) name: &'static str,
    /// The setting that a bare value after the name stands for.
    pub(super) short: Option<&'static str>,
    /// Reads its settings, for images of this side.
    pub(super) read: fn(&Fields<'_>, u32) -> Result<Transform, Problem>,
}

/// Makes [`Transform`] of an entry a transform: name, variant, short setting, settings.
macro_rules! transforms {
    (@short) => { None };
    (@short $short:ident) => { Some(stringify!($short)) };
    ($($(#[$about:meta])* $name:ident: $Variant:ident $(($short:ident))? {
        $($(#[$means:meta])* $key:ident: $Type:ty = $setting:expr,)+
    })+) => {
        /// One step from an image file to what the network sees. Sides and margins are in pixels,
        /// probabilities from 0 to 1; the random ones draw anew for every image and epoch.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Transform {
            $($(#[$about])* $Variant { $($(#[$means])* $key: $Type,)+ },)+
        }

        impl Transform {
            /// The names of all transforms in YAML.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Every transform.
            pub(super) const KINDS: &[Kind] = &[$(Kind {
                name: stringify!($name),
                short: transforms!(@short $($short)?),
                read: |fields, image_size| {
                    let of = concat!("`", stringify!($name), "`");
                    fields.only(of, &[$(stringify!($key)),+])?;
                    $(let setting: Setting<$Type> = $setting;
                    let $key = setting.read(stringify!($key), fields, image_size)?;)+
                    Ok(Self::$Variant { $($key),+ })
                },
            }),+];

            /// The name in YAML.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$Variant { .. } => stringify!($name),)+
                }
            }

            /// The settings, every default written out.
            pub(super) fn settings(&self) -> Value {
                match self {
                    $(Self::$Variant { $($key),+ } => json!({ $((stringify!($key)): $key),+ }),)+
                }
            }

            /// Checks that every setting lies in its range.
            pub(super) fn check(&self) -> Result<(), OutOfRange> {
                match self {
                    $(Self::$Variant { $($key),+ } => {
                        $(let setting: Setting<$Type> = $setting;
                        setting.check(stringify!($key), $key)?;)+
                    })+
                }
                Ok(())
            }
        }
    };
}

transforms! {
    /// The shorter side becomes this long, the longer one in proportion; bilinear with antialiasing.
    resize: Resize (size) {
        /// 1 to 4,096.
        size: u32 = image_side(),
    }
    /// The middle square; black where the image is smaller.
    center_crop: CenterCrop (size) {
        /// 1 to 4,096.
        size: u32 = image_side(),
    }
    /// A square from anywhere, after a black margin on all sides.
    random_crop: RandomCrop (size) {
        /// 1 to 4,096.
        size: u32 = image_side(),
        /// 0 to 1,024.
        padding: u32 = margin(),
    }
    /// A part of random area and shape, resized to a square.
    random_resized_crop: RandomResizedCrop (size) {
        /// 1 to 4,096.
        size: u32 = image_side(),
        /// Least and largest share of the image's area, above 0, at most 1.
        scale: (f64, f64) = shares((0.08, 1.0)),
        /// Least and largest width in terms of the height, above 0.
        ratio: (f64, f64) = ratios((0.75, 4.0 / 3.0)),
    }
    /// Left becomes right.
    horizontal_flip: HorizontalFlip (p) {
        /// How often.
        p: f64 = probability(0.5),
    }
    /// Top becomes bottom.
    vertical_flip: VerticalFlip (p) {
        /// How often.
        p: f64 = probability(0.5),
    }
    /// Turned about the centre by an angle uniform in ±`degrees`, counter-clockwise; nearest pixel,
    /// black corners.
    rotation: Rotation (degrees) {
        /// 0 to 180.
        degrees: f64 = number(
            Default::Required("rotation: 15"),
            |degrees| (0.0..=180.0).contains(degrees),
            "from 0 to 180",
        ),
    }
    /// Brightness, contrast, saturation and hue, in random order.
    color_jitter: ColorJitter {
        /// Factor uniform in 1 ± this, not below 0; from 0, which leaves it as it is.
        brightness: f64 = strength(0.0),
        /// The same.
        contrast: f64 = strength(0.0),
        /// The same.
        saturation: f64 = strength(0.0),
        /// Shift uniform in ± this, in turns of the colour circle; 0 to ½.
        hue: f64 = number(Default::Is(0.0), |hue| (0.0..=0.5).contains(hue), "from 0 to 0.5"),
    }
    /// Three equal channels.
    grayscale: Grayscale (p) {
        /// How often.
        p: f64 = probability(1.0),
    }
    /// A black square with its centre anywhere (DeVries & Taylor 2017, arXiv 1708.04552). After
    /// [`Normalize`](Self::Normalize) it is of the mean colour.
    cutout: Cutout (size) {
        /// Its side; what lies outside the image is cut off.
        size: u32 = side(Default::Required("cutout: 16")),
        /// How often.
        p: f64 = probability(1.0),
    }
    /// Normal noise on every number, which then is cut off to 0 to 1.
    gaussian_noise: GaussianNoise (sigma) {
        /// Its standard deviation, from 0, for numbers from 0 to 1.
        sigma: f64 = strength(0.1),
    }
    /// `(x − mean) / std` per channel, for numbers from 0 to 1.
    normalize: Normalize {
        /// Red, green, blue.
        mean: [f64; 3] = channels(
            "normalize: imagenet",
            |mean| mean.iter().all(|m| m.is_finite()),
            "three finite numbers",
        ),
        /// Above 0.
        std: [f64; 3] = channels(
            "normalize: imagenet",
            |std| std.iter().all(|s| s.is_finite() && *s as f32 > 0.0),
            "three finite numbers above 0",
        ),
    }
}

/// Means and deviations of ImageNet's channels, which pretrained networks expect to be normalised by.
pub const IMAGENET: ([f64; 3], [f64; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

impl Transform {
    /// Whether it draws, so that an image comes out differently every time.
    pub fn is_random(&self) -> bool {
        match self {
            Self::Resize { .. } | Self::CenterCrop { .. } | Self::Normalize { .. } => false,
            // In every image, so that there is nothing to draw.
            Self::Grayscale { p } => *p < 1.0,
            _ => true,
        }
    }

    /// Whether it decides how large the image is.
    pub fn sets_size(&self) -> bool {
        matches!(
            self,
            Self::Resize { .. }
                | Self::CenterCrop { .. }
                | Self::RandomCrop { .. }
                | Self::RandomResizedCrop { .. }
        )
    }

    /// The side of the square that it makes of any image.
    fn square(&self) -> Option<u32> {
        match self {
            Self::CenterCrop { size }
            | Self::RandomCrop { size, .. }
            | Self::RandomResizedCrop { size, .. } => Some(*size),
            _ => None,
        }
    }

    /// Whether it works on numbers, where the others need bytes. Cutout takes both.
    pub fn makes_numbers(&self) -> bool {
        matches!(self, Self::GaussianNoise { .. } | Self::Normalize { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_out_of_range_is_named() {
        let key = |transform: Transform| transform.check().map_err(|e| e.key);
        assert_eq!(key(Transform::HorizontalFlip { p: 0.5 }), Ok(()));
        assert_eq!(key(Transform::HorizontalFlip { p: 1.01 }), Err("p"));
        assert_eq!(key(Transform::VerticalFlip { p: f64::NAN }), Err("p"));
        assert_eq!(key(Transform::Rotation { degrees: -1.0 }), Err("degrees"));
        assert_eq!(key(Transform::Resize { size: 0 }), Err("size"));
        let crop = |scale, ratio| Transform::RandomResizedCrop { size: 8, scale, ratio };
        assert_eq!(key(crop((0.08, 1.0), (0.75, 1.33))), Ok(()));
        assert_eq!(key(crop((0.5, 0.4), (0.75, 1.33))), Err("scale"));
        assert_eq!(key(crop((0.0, 0.4), (0.75, 1.33))), Err("scale"));
        assert_eq!(key(crop((0.1, 0.4), (2.0, 1.0))), Err("ratio"));
        let (mean, std) = ([0.5; 3], [0.5, 0.0, 0.5]);
        assert_eq!(key(Transform::Normalize { mean, std }), Err("std"));
    }
}
