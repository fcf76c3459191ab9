//! A list of transforms, split by when each is done.

use super::error::SettingsError;
use super::transform::{OutOfRange, Transform, check_order};

/// A list of transforms in three parts: what an image goes through once, when it is read; what it goes
/// through every epoch anew; what a whole batch goes through at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Bytes to bytes, without a draw. Kept images have gone through it.
    pub fixed: Vec<Transform>,
    /// From the first draw on.
    pub varying: Vec<Transform>,
    /// Means and deviations of the last step, if that is [`Transform::Normalize`].
    pub normalize: Option<([f64; 3], [f64; 3])>,
}

impl Pipeline {
    /// The way of an image to learn from, for a network that sees `image_size` × `image_size` pixels.
    /// A list without a resize, a crop of the middle and a resized crop begins with a resize to
    /// `image_size` and the middle of that.
    pub fn training(list: &[Transform], image_size: u32) -> Self {
        Self::split(before(list, image_size).chain(list.iter().cloned()).collect())
    }

    /// The way of an image to measure on: as for [`training`](Self::training), without anything
    /// random. A crop from anywhere becomes that of the middle, after a resize so that it just fits
    /// where it would have been resized.
    pub fn measuring(list: &[Transform], image_size: u32) -> Self {
        let calm = list.iter().flat_map(|transform| match transform {
            Transform::RandomCrop { size, .. } => vec![Transform::CenterCrop { size: *size }],
            Transform::RandomResizedCrop { size, .. } => to_size(*size).to_vec(),
            random if random.is_random() => Vec::new(),
            other => vec![other.clone()],
        });
        Self::split(before(list, image_size).chain(calm).collect())
    }

    /// The pipeline after these transforms, on images of `image_size` × `image_size` pixels.
    ///
    /// # Errors
    /// [`SettingsError`] if one of them is out of its range, or cannot stand before what follows.
    pub fn preceded_by(
        mut self,
        more: &[Transform],
        image_size: u32,
    ) -> Result<Self, SettingsError> {
        for transform in more {
            transform.check().map_err(|OutOfRange { key, found, expected }| {
                let key = format!("{}.{key}", transform.name());
                SettingsError::OutOfRange { key, found, expected: expected.to_owned() }
            })?;
        }
        let normalize = self.normalize.map(|(mean, std)| Transform::Normalize { mean, std });
        let all: Vec<Transform> =
            more.iter().chain(&self.varying).cloned().chain(normalize).collect();
        check_order(&all, image_size).map_err(|(at, reason)| SettingsError::Misplaced {
            key: all[at].name().to_owned(),
            reason,
        })?;
        self.varying.splice(0..0, more.iter().cloned());
        Ok(self)
    }

    fn split(mut list: Vec<Transform>) -> Self {
        let normalize = match list.last() {
            Some(Transform::Normalize { mean, std }) => Some((*mean, *std)),
            _ => None,
        };
        if normalize.is_some() {
            list.pop();
        }
        let draws = |t: &Transform| t.is_random() || t.makes_numbers();
        let varying = list.split_off(list.iter().position(draws).unwrap_or(list.len()));
        Self { fixed: list, varying, normalize }
    }
}

/// What a list that leaves the size open begins with.
fn before(list: &[Transform], image_size: u32) -> impl Iterator<Item = Transform> {
    let sized = list.iter().any(|transform| {
        matches!(
            transform,
            Transform::Resize { .. }
                | Transform::CenterCrop { .. }
                | Transform::RandomResizedCrop { .. }
        )
    });
    to_size(image_size).into_iter().take(if sized { 0 } else { 2 })
}

fn to_size(size: u32) -> [Transform; 2] {
    [Transform::Resize { size }, Transform::CenterCrop { size }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::cnn::IMAGENET;

    #[test]
    fn what_does_not_draw_is_done_once_and_normalising_in_batches() {
        let (mean, std) = IMAGENET;
        let list = [
            Transform::Grayscale { p: 1.0 },
            Transform::HorizontalFlip { p: 0.5 },
            Transform::RandomCrop { size: 48, padding: 4 },
            Transform::Normalize { mean, std },
        ];
        let training = Pipeline::training(&list, 64);
        assert_eq!(training.fixed, [&to_size(64)[..], &list[..1]].concat());
        assert_eq!(training.varying, list[1..3]);
        assert_eq!(training.normalize, Some(IMAGENET));
        let measuring = Pipeline::measuring(&list, 64);
        let middle = [Transform::CenterCrop { size: 48 }];
        assert_eq!(measuring.fixed, [&to_size(64)[..], &list[..1], &middle[..]].concat());
        assert!(measuring.varying.is_empty());
        assert_eq!(measuring.normalize, Some(IMAGENET));
    }

    #[test]
    fn a_list_may_decide_the_size_itself() {
        let (scale, ratio) = ((0.5, 1.0), (0.75, 1.5));
        let list = [Transform::RandomResizedCrop { size: 64, scale, ratio }];
        let training = Pipeline::training(&list, 64);
        assert_eq!((training.fixed.len(), &training.varying[..]), (0, &list[..]));
        assert_eq!(Pipeline::measuring(&list, 64).fixed, to_size(64));
        // Later, too; and both ways begin alike.
        let late = [
            Transform::HorizontalFlip { p: 0.5 },
            Transform::Resize { size: 72 },
            Transform::RandomCrop { size: 64, padding: 0 },
        ];
        assert!(Pipeline::training(&late, 64).fixed.is_empty());
        let middle = Transform::CenterCrop { size: 64 };
        assert_eq!(Pipeline::measuring(&late, 64).fixed, [late[1].clone(), middle]);
    }

    #[test]
    fn what_comes_before_must_fit_what_follows() {
        let (mean, std) = IMAGENET;
        let measuring = Pipeline::measuring(&[Transform::Normalize { mean, std }], 64);
        let flip = Transform::VerticalFlip { p: 1.0 };
        let flipped = measuring.clone().preceded_by(std::slice::from_ref(&flip), 64).unwrap();
        assert_eq!(flipped.varying, [flip]);
        let error =
            |transform| measuring.clone().preceded_by(&[transform], 64).unwrap_err().to_string();
        assert_eq!(
            error(Transform::Rotation { degrees: -5.0 }),
            "`rotation.degrees` is -5, expected from 0 to 180"
        );
        assert_eq!(
            error(Transform::Normalize { mean, std }),
            "`normalize` must come before `normalize`"
        );
    }
}
