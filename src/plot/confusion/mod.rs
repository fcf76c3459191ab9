//! A confusion matrix: which class was taken for which.

mod draw;

use super::{Picture, PlotError};

/// Everything a confusion matrix shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionData {
    /// What it is about.
    pub title: String,
    /// More about it, a line each.
    pub subtitles: Vec<String>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// How often: a row for each true class, in it a number for each class it was taken for.
    pub counts: Vec<Vec<u64>>,
}

/// How well a class is told from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassScores {
    /// Share of what was taken for it that was it, 0 to 1; `None` if nothing was.
    pub precision: Option<f64>,
    /// Share of it that was taken for it; `None` if there was none of it.
    pub recall: Option<f64>,
    /// Their harmonic mean; `None` if either is not there, 0 if both are 0.
    pub f1: Option<f64>,
    /// How often it was there.
    pub support: u64,
}

impl ConfusionData {
    /// Counts pairs of a true class and the one it was taken for, each an index below `classes`.
    pub fn count(classes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<u64>> {
        let mut counts = vec![vec![0; classes]; classes];
        for (actual, predicted) in pairs {
            if let Some(count) = counts.get_mut(actual).and_then(|row| row.get_mut(predicted)) {
                *count += 1;
            }
        }
        counts
    }

    /// How well each class is told from the others.
    pub fn scores(&self) -> Vec<ClassScores> {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        (0..self.classes.len())
            .map(|class| {
                let right = self.counts[class][class];
                let support = self.counts[class].iter().sum();
                let taken = self.counts.iter().map(|row| row[class]).sum();
                let (precision, recall) = (share(right, taken), share(right, support));
                let f1 = precision.zip(recall).map(|(p, r)| match p + r {
                    0.0 => 0.0,
                    sum => 2.0 * p * r / sum,
                });
                ClassScores { precision, recall, f1, support }
            })
            .collect()
    }

    /// Share of all that was taken for what it was, 0 to 1; 0 of nothing.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes.len()).map(|class| self.counts[class][class]).sum();
        let all: u64 = self.counts.iter().flatten().sum();
        if all == 0 { 0.0 } else { right as f64 / all as f64 }
    }

    /// Draws it, in colours by share of the true class.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_definitions() {
        let pairs = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 1), (1, 1)];
        let data = ConfusionData {
            title: String::new(),
            subtitles: Vec::new(),
            classes: ["a", "b", "c"].map(String::from).to_vec(),
            counts: ConfusionData::count(3, pairs),
        };
        assert_eq!(data.counts, [[2, 1, 0], [1, 3, 0], [0, 0, 0]]);
        assert_eq!(data.accuracy(), 5.0 / 7.0);
        let scores = data.scores();
        assert_eq!(scores[0].precision, Some(2.0 / 3.0));
        assert_eq!(scores[1].recall, Some(0.75));
        assert_eq!(scores[1].f1, Some(0.75));
        let nothing = ClassScores { precision: None, recall: None, f1: None, support: 0 };
        assert_eq!(scores[2], nothing);
    }
}
