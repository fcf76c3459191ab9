//! A folder's images, each with what it is and what it is taken for.

use std::path::{Path, PathBuf};

use surmise::objective::cnn::Transform;

use super::error::EvaluationError;
use super::predict::Answer;
use crate::data::{DataError, ImageFolder};
use crate::model_file::TrainedCnn;

/// An image, what it is and what it is taken for; classes by their place among the model's.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedImage {
    /// The file.
    pub file: PathBuf,
    /// The class it is of.
    pub actual: usize,
    /// The class that the model finds most probable.
    pub predicted: usize,
    /// The probability of the predicted class.
    pub probability: f64,
    /// Cross entropy, in nats.
    pub loss: f64,
}

/// What a model makes of the images of a folder.
#[derive(Debug)]
pub struct Evaluation {
    /// The images that could be judged, at least one.
    pub images: Vec<JudgedImage>,
    /// Why the others were left out.
    pub left_out: Vec<DataError>,
}

impl Evaluation {
    /// Mean loss over the images.
    pub fn loss(&self) -> f64 {
        self.images.iter().map(|image| image.loss).sum::<f64>() / self.images.len().max(1) as f64
    }
}

impl TrainedCnn {
    /// A class's place among the model's.
    ///
    /// # Errors
    /// [`EvaluationError::UnknownClass`].
    pub fn class(&self, name: &str) -> Result<usize, EvaluationError> {
        self.classes.iter().position(|known| known == name).ok_or_else(|| {
            EvaluationError::UnknownClass { class: name.to_owned(), known: self.classes.clone() }
        })
    }

    /// The model's class for each class of the folder `path`.
    ///
    /// # Errors
    /// [`EvaluationError::UnknownFolder`].
    pub fn labels(&self, folder: &ImageFolder, path: &Path) -> Result<Vec<usize>, EvaluationError> {
        let unknown = |class: &String| EvaluationError::UnknownFolder {
            folder: path.to_owned(),
            class: class.clone(),
            known: self.classes.clone(),
        };
        let place = |class: &String| self.class(class).map_err(|_| unknown(class));
        folder.classes.iter().map(place).collect()
    }

    /// The probability of each class for each file, which goes through `more` transforms besides the
    /// model's own, before it is normalised; or why there is none.
    ///
    /// # Errors
    /// [`EvaluationError`].
    pub fn probabilities(
        &self,
        files: &[PathBuf],
        more: &[Transform],
    ) -> Result<Vec<Answer>, EvaluationError> {
        let data = &self.settings.data;
        let (_, measuring) = data.pipelines();
        let measuring = measuring.preceded_by(more, data.image_size)?;
        Ok(self.network.probabilities(files, &measuring, data.image_size)?)
    }

    /// What comes to the head of the model for each file, or why there is nothing.
    ///
    /// # Errors
    /// [`EvaluationError`].
    pub fn features(&self, files: &[PathBuf]) -> Result<Vec<Answer>, EvaluationError> {
        let data = &self.settings.data;
        let (_, measuring) = data.pipelines();
        Ok(self.network.features(files, &measuring, data.image_size)?)
    }

    /// Judges every image of the folder `path`, after `more` transforms.
    ///
    /// # Errors
    /// [`EvaluationError`].
    pub fn evaluate(
        &self,
        folder: &ImageFolder,
        path: &Path,
        more: &[Transform],
    ) -> Result<Evaluation, EvaluationError> {
        let labels = self.labels(folder, path)?;
        let files: Vec<PathBuf> = folder.samples.iter().map(|(file, _)| file.clone()).collect();
        let answers = self.probabilities(&files, more)?;
        let mut evaluation = Evaluation { images: Vec::new(), left_out: Vec::new() };
        for ((file, label), answer) in folder.samples.iter().zip(answers) {
            match answer {
                Ok(probabilities) => {
                    let (actual, predicted) = (labels[*label], most_probable(&probabilities));
                    evaluation.images.push(JudgedImage {
                        file: file.clone(),
                        actual,
                        predicted,
                        probability: probabilities[predicted],
                        loss: -probabilities[actual].max(f64::MIN_POSITIVE).ln(),
                    });
                }
                Err(error) => evaluation.left_out.push(error),
            }
        }
        if evaluation.images.is_empty() {
            return Err(EvaluationError::Nothing { folder: path.to_owned() });
        }
        Ok(evaluation)
    }
}

/// Index of the largest, the first of equals: with two classes as training has it.
pub fn most_probable(probabilities: &[f64]) -> usize {
    let all = probabilities.iter().enumerate();
    all.rev().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
}
