//! One image folder in three parts.

use std::path::PathBuf;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::folder::ImageFolder;

/// The parts of a folder, each with all of its classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// To learn from.
    pub train: ImageFolder,
    /// To measure on.
    pub valid: ImageFolder,
    /// Left aside.
    pub test: ImageFolder,
}

impl ImageFolder {
    /// Splits every class in the same shares, `valid` and `test` rounded to whole images but at least
    /// one where they are above 0, by draws of `seed` and the class's place. `None` if some class has
    /// too few images for that.
    pub fn split(&self, valid: f64, test: f64, seed: u64) -> Option<Parts> {
        let empty = || Self { classes: self.classes.clone(), samples: Vec::new() };
        let mut parts = Parts { train: empty(), valid: empty(), test: empty() };
        for label in 0..self.classes.len() {
            let mut files: Vec<&(PathBuf, usize)> =
                self.samples.iter().filter(|(_, of)| *of == label).collect();
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            // Streams of its own: training with the same seed takes the first ones.
            random.set_stream((1 << 32) + label as u64);
            files.shuffle(&mut random);
            let count = |share: f64| match share {
                0.0 => 0,
                _ => ((files.len() as f64 * share).round() as usize).max(1),
            };
            let (valid, test) = (count(valid), count(test));
            if valid + test >= files.len() {
                return None;
            }
            for (at, file) in files.into_iter().enumerate() {
                let part = match at {
                    at if at < valid => &mut parts.valid,
                    at if at < valid + test => &mut parts.test,
                    _ => &mut parts.train,
                };
                part.samples.push(file.clone());
            }
        }
        for part in [&mut parts.train, &mut parts.valid, &mut parts.test] {
            part.samples.sort_by(|(a, x), (b, y)| (x, a).cmp(&(y, b)));
        }
        Some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(counts: &[usize]) -> ImageFolder {
        let files = |(label, count): (usize, &usize)| {
            (0..*count).map(move |i| (PathBuf::from(format!("{label}/{i:03}.png")), label))
        };
        ImageFolder {
            classes: (0..counts.len()).map(|label| label.to_string()).collect(),
            samples: counts.iter().enumerate().flat_map(files).collect(),
        }
    }

    #[test]
    fn every_image_is_in_one_part_and_every_class_in_its_shares() {
        let whole = folder(&[100, 30]);
        let parts = whole.split(0.2, 0.1, 7).unwrap();
        let count = |part: &ImageFolder| {
            [0, 1].map(|label| part.samples.iter().filter(|(_, of)| *of == label).count())
        };
        assert_eq!(
            [&parts.train, &parts.valid, &parts.test].map(count),
            [[70, 21], [20, 6], [10, 3]]
        );
        let mut all: Vec<_> =
            [parts.train, parts.valid, parts.test].into_iter().flat_map(|p| p.samples).collect();
        all.sort();
        assert_eq!(all, whole.samples);
    }

    #[test]
    fn the_seed_decides_and_a_new_class_moves_no_image_of_another() {
        let split = |counts: &[usize], seed| folder(counts).split(0.3, 0.0, seed).unwrap().valid;
        assert_eq!(split(&[40, 40], 1), split(&[40, 40], 1));
        assert_ne!(split(&[40, 40], 1), split(&[40, 40], 2));
        let first = |part: ImageFolder| {
            part.samples.into_iter().filter(|(_, label)| *label == 0).collect::<Vec<_>>()
        };
        assert_eq!(first(split(&[40, 40], 1)), first(split(&[40, 10, 9], 1)));
    }

    #[test]
    fn a_class_too_small_for_its_parts_is_told() {
        assert_eq!(folder(&[50, 2]).split(0.1, 0.1, 1), None);
        assert!(folder(&[50, 3]).split(0.1, 0.1, 1).is_some());
        assert!(folder(&[50, 2]).split(0.1, 0.0, 1).is_some());
    }
}
