//! A list of transforms, split by when each is done.

use super::Transform;

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
    /// A list that does not begin by deciding the size does so as if it began with a resize to
    /// `image_size` and the middle of that.
    pub fn training(list: &[Transform], image_size: u32) -> Self {
        let sized = list.first().is_some_and(Transform::sets_size);
        let fixed = if sized { Vec::new() } else { to_size(image_size).to_vec() };
        Self::split(fixed.into_iter().chain(list.iter().cloned()).collect())
    }

    /// The way of an image to measure on: as for [`training`](Self::training), without anything
    /// random. A crop from anywhere becomes the middle of the image, resized so that it just fits.
    pub fn measuring(list: &[Transform], image_size: u32) -> Self {
        let calm = list.iter().flat_map(|transform| match transform {
            Transform::RandomCrop { size, .. } | Transform::RandomResizedCrop { size, .. } => {
                to_size(*size).to_vec()
            }
            random if random.is_random() => Vec::new(),
            other => vec![other.clone()],
        });
        Self::training(&calm.collect::<Vec<_>>(), image_size)
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

fn to_size(size: u32) -> [Transform; 2] {
    [Transform::Resize { size }, Transform::CenterCrop { size }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::transform::IMAGENET;

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
        assert_eq!(measuring.fixed, [&to_size(64)[..], &list[..1], &to_size(48)[..]].concat());
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
    }
}
