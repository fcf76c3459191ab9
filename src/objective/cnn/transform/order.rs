//! What may come after what in a list of transforms.

use super::Transform;

/// What is wrong with the order of a list, if anything: the index of the transform, and why it cannot be there.
///
/// `image_size` is what must come out, width and height in pixels. A list that ends its sizing with a
/// resize may still turn out wrong, image by image.
pub(in crate::objective::cnn) fn check_order(
    list: &[Transform],
    image_size: u32,
) -> Result<(), (usize, String)> {
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
    use super::super::IMAGENET;
    use super::*;

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
