//! What happens to an image on its way to the network, as a list in order, with torchvision's meaning.

use std::ops::RangeInclusive;

/// One step from an image file to what the network sees. Sides and margins are in pixels,
/// probabilities from 0 to 1; the random ones draw anew for every image and epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Transform {
    /// The shorter side becomes this long, the longer one in proportion; bilinear with antialiasing.
    Resize {
        /// 1 to 4,096.
        size: u32,
    },
    /// The middle square; black where the image is smaller.
    CenterCrop {
        /// 1 to 4,096.
        size: u32,
    },
    /// A square from anywhere, after a black margin on all sides.
    RandomCrop {
        /// 1 to 4,096.
        size: u32,
        /// 0 to 1,024.
        padding: u32,
    },
    /// A part of random area and shape, resized to a square.
    RandomResizedCrop {
        /// 1 to 4,096.
        size: u32,
        /// Least and largest share of the image's area, above 0, at most 1.
        scale: (f64, f64),
        /// Least and largest width in terms of the height, above 0.
        ratio: (f64, f64),
    },
    /// Left becomes right.
    HorizontalFlip {
        /// How often.
        p: f64,
    },
    /// Top becomes bottom.
    VerticalFlip {
        /// How often.
        p: f64,
    },
    /// Turned about the centre by an angle uniform in ±`degrees`, counter-clockwise; nearest pixel,
    /// black corners.
    Rotation {
        /// 0 to 180.
        degrees: f64,
    },
    /// Brightness, contrast, saturation and hue, in random order.
    ColorJitter {
        /// Factor uniform in 1 ± this, not below 0; from 0, which leaves it as it is.
        brightness: f64,
        /// The same.
        contrast: f64,
        /// The same.
        saturation: f64,
        /// Shift uniform in ± this, in turns of the colour circle; 0 to ½.
        hue: f64,
    },
    /// Three equal channels.
    Grayscale {
        /// How often.
        p: f64,
    },
    /// A black square with its centre anywhere (DeVries & Taylor 2017, arXiv 1708.04552). After
    /// [`Normalize`](Self::Normalize) it is of the mean colour.
    Cutout {
        /// Its side; what lies outside the image is cut off.
        size: u32,
        /// How often.
        p: f64,
    },
    /// Normal noise on every number, which then is cut off to 0 to 1.
    GaussianNoise {
        /// Its standard deviation, from 0, for numbers from 0 to 1.
        sigma: f64,
    },
    /// `(x − mean) / std` per channel, for numbers from 0 to 1.
    Normalize {
        /// Red, green, blue.
        mean: [f64; 3],
        /// Above 0.
        std: [f64; 3],
    },
}

/// Means and deviations of ImageNet's channels, which pretrained networks expect to be normalised by.
pub const IMAGENET: ([f64; 3], [f64; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/// The longest side a transform may make.
pub(super) const SIDES: RangeInclusive<u32> = 1..=4096;
const PADDINGS: RangeInclusive<u32> = 0..=1024;

impl Transform {
    /// Its name, as written.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Resize { .. } => "resize",
            Self::CenterCrop { .. } => "center_crop",
            Self::RandomCrop { .. } => "random_crop",
            Self::RandomResizedCrop { .. } => "random_resized_crop",
            Self::HorizontalFlip { .. } => "horizontal_flip",
            Self::VerticalFlip { .. } => "vertical_flip",
            Self::Rotation { .. } => "rotation",
            Self::ColorJitter { .. } => "color_jitter",
            Self::Grayscale { .. } => "grayscale",
            Self::Cutout { .. } => "cutout",
            Self::GaussianNoise { .. } => "gaussian_noise",
            Self::Normalize { .. } => "normalize",
        }
    }

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

    /// What is wrong with it, if anything: the setting, and what it should be.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let probability = |key, p: f64| require(key, p, (0.0..=1.0).contains(&p), "from 0 to 1");
        let from_zero =
            |key, x: f64| require(key, x, x.is_finite() && x >= 0.0, "a finite number from 0");
        let side =
            |size: u32| require("size", size, SIDES.contains(&size), "from 1 to 4096 pixels");
        let ordered = |key, (low, high): (f64, f64), most: f64, expected| {
            let fits = low > 0.0 && low <= high && high <= most;
            require(key, format!("[{low}, {high}]"), fits, expected)
        };
        match self {
            Self::Resize { size } | Self::CenterCrop { size } => side(*size),
            Self::RandomCrop { size, padding } => {
                side(*size)?;
                require("padding", padding, PADDINGS.contains(padding), "from 0 to 1024 pixels")
            }
            Self::RandomResizedCrop { size, scale, ratio } => {
                side(*size)?;
                ordered("scale", *scale, 1.0, "two ascending shares, above 0 and at most 1")?;
                ordered("ratio", *ratio, 1000.0, "two ascending numbers above 0, at most 1000")
            }
            Self::HorizontalFlip { p } | Self::VerticalFlip { p } | Self::Grayscale { p } => {
                probability("p", *p)
            }
            Self::Rotation { degrees } => {
                require("degrees", degrees, (0.0..=180.0).contains(degrees), "from 0 to 180")
            }
            Self::ColorJitter { brightness, contrast, saturation, hue } => {
                from_zero("brightness", *brightness)?;
                from_zero("contrast", *contrast)?;
                from_zero("saturation", *saturation)?;
                require("hue", hue, (0.0..=0.5).contains(hue), "from 0 to 0.5")
            }
            Self::Cutout { size, p } => {
                side(*size)?;
                probability("p", *p)
            }
            Self::GaussianNoise { sigma } => from_zero("sigma", *sigma),
            Self::Normalize { mean, std } => {
                let finite = mean.iter().all(|m| m.is_finite());
                require("mean", format!("{mean:?}"), finite, "three finite numbers")?;
                let positive = std.iter().all(|s| s.is_finite() && *s as f32 > 0.0);
                require("std", format!("{std:?}"), positive, "three finite numbers above 0")
            }
        }
    }
}

/// A setting of a transform outside its range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OutOfRange {
    /// The setting.
    pub(super) key: &'static str,
    pub(super) found: String,
    pub(super) expected: &'static str,
}

fn require(
    key: &'static str,
    found: impl ToString,
    fits: bool,
    expected: &'static str,
) -> Result<(), OutOfRange> {
    if fits { Ok(()) } else { Err(OutOfRange { key, found: found.to_string(), expected }) }
}

/// What is wrong with the order of a list, if anything: the index of the transform, and why it cannot be there.
///
/// `image_size` is what must come out, width and height in pixels. A list that ends its sizing with a
/// resize may still turn out wrong, image by image.
pub(super) fn check_order(list: &[Transform], image_size: u32) -> Result<(), (usize, String)> {
    let mut numbers: Option<&Transform> = None;
    for (index, transform) in list.iter().enumerate() {
        let takes_numbers = match transform {
            Transform::Cutout { .. } => true,
            // After normalising, 0 to 1 are no limits any more.
            Transform::GaussianNoise { .. } | Transform::Normalize { .. } => {
                !matches!(numbers, Some(Transform::Normalize { .. }))
            }
            _ => numbers.is_none(),
        };
        match numbers {
            Some(before) if !takes_numbers => {
                return Err((index, format!("must come before `{}`", before.name())));
            }
            _ if transform.makes_numbers() => numbers = Some(transform),
            _ => {}
        }
    }
    match list.iter().enumerate().rfind(|(_, transform)| transform.sets_size()) {
        Some((index, last)) if last.square().is_some_and(|size| size != image_size) => {
            let made = last.square().unwrap_or_default();
            Err((index, format!("makes images of {made} pixels, but `image_size` is {image_size}")))
        }
        _ => Ok(()),
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

    #[test]
    fn bytes_come_before_numbers() {
        let (mean, std) = IMAGENET;
        let normalize = Transform::Normalize { mean, std };
        let flip = Transform::HorizontalFlip { p: 0.5 };
        let cutout = Transform::Cutout { size: 4, p: 1.0 };
        let noise = Transform::GaussianNoise { sigma: 0.1 };
        let order = |list: &[&Transform]| {
            check_order(&list.iter().copied().cloned().collect::<Vec<_>>(), 64)
        };
        assert_eq!(order(&[&flip, &noise, &cutout, &normalize, &cutout]), Ok(()));
        let before = |name| Err((1, format!("must come before `{name}`")));
        assert_eq!(order(&[&normalize, &flip]), before("normalize"));
        assert_eq!(order(&[&normalize, &noise]), before("normalize"));
        assert_eq!(order(&[&normalize, &normalize]), before("normalize"));
        assert_eq!(order(&[&noise, &flip]), before("gaussian_noise"));
    }

    #[test]
    fn the_last_crop_must_make_what_the_network_sees() {
        let crops = [40, 64].map(|size| Transform::RandomCrop { size, padding: 4 });
        assert_eq!(check_order(&crops, 64), Ok(()));
        let (index, why) = check_order(&crops, 40).unwrap_err();
        assert_eq!((index, &*why), (1, "makes images of 64 pixels, but `image_size` is 40"));
    }
}
