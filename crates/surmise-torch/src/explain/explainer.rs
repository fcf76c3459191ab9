//! Scores and gradients of any differentiable model, in batches.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `x` | the image | c × h × w |
//! | `k` | logits of an image | scalar |
//! | `f` | the score of the class that is asked about | scalar, one an image |
//! | `∂f/∂x` | its gradient | c × h × w |

use tch::{Device, Kind, TchError, Tensor};

use super::ExplainError;

/// A model, and the class whose score its attributions share out.
///
/// The model maps images (n × c × h × w, 32-bit floats) to logits (n × k) by operations that
/// libtorch can differentiate. It must judge each image by itself: batch normalisation, for one,
/// belongs in evaluation mode. [`Network::forward`](crate::Network::forward) is such a
/// model.
///
/// The score of class j is logit j. A model for two classes may have a single logit, as
/// [`Network`](crate::Network) has: it is the score of class 1, and with its sign turned
/// that of class 0.
///
/// Attributions are 32-bit floats of the image's shape on its device. No gradient of a model's
/// weights is taken.
///
/// # Errors
///
/// Every method reports an image that is not c × h × w of 32-bit floats or that the model does not
/// take, a class or a batch size out of range, an answer of the model that is not n × k, a result
/// that is not finite, and running out of memory.
#[derive(Clone, Debug)]
pub struct Explainer<F> {
    model: F,
    class: usize,
    batch_size: usize,
}

impl<F> Explainer<F>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    /// Explains what `model` says of `class`, counted from 0.
    pub fn new(model: F, class: usize) -> Self {
        Self { model, class, batch_size: 32 }
    }

    /// The same with another number of images in the model at once, at least 1; by default 32.
    /// Memory grows with it. Results differ by rounding alone.
    #[must_use]
    pub fn with_batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// Ranges that cut `count` images into batches.
    pub(super) fn batches(
        &self,
        count: usize,
    ) -> Result<impl Iterator<Item = (usize, usize)> + use<F>, ExplainError> {
        let size = at_least_one("batch size", self.batch_size)?;
        Ok((0..count).step_by(size).map(move |start| (start, size.min(count - start))))
    }

    /// `f` of each image (n × c × h × w): n numbers, on their device, without gradient.
    pub(super) fn scores(&self, images: &Tensor) -> Result<Tensor, ExplainError> {
        let _guard = tch::no_grad_guard();
        self.class_scores(images)
    }

    /// `f` of one image (c × h × w).
    pub(super) fn score(&self, image: &Tensor) -> Result<f64, ExplainError> {
        Ok(self.scores(&image.f_unsqueeze(0)?)?.f_double_value(&[0])?)
    }

    /// `∂f/∂x` at each image: n × c × h × w.
    pub(super) fn gradients(&self, images: &Tensor) -> Result<Tensor, ExplainError> {
        let images = images.f_detach()?.f_set_requires_grad(true)?;
        let scores = self.class_scores(&images)?;
        if !scores.requires_grad() {
            return Err(ExplainError::NoGradient);
        }
        // An image's score depends on no other image, so the sum has all gradients at once.
        let sum = scores.f_sum(Kind::Float)?;
        let mut gradients = Tensor::f_run_backward(&[&sum], &[&images], false, false)?;
        gradients.pop().filter(Tensor::defined).ok_or(ExplainError::NoGradient)
    }

    /// `f` of each image, by the class's logit.
    fn class_scores(&self, images: &Tensor) -> Result<Tensor, ExplainError> {
        let logits = (self.model)(images)?;
        let (found, images) = (logits.size(), images.size()[0]);
        let k = match found[..] {
            [n, k] if n == images => k,
            _ => return Err(ExplainError::Logits { found, images }),
        };
        match (k, self.class) {
            (1, 0) => Ok(logits.f_select(1, 0)?.f_neg()?),
            (1, 1) => Ok(logits.f_select(1, 0)?),
            (1, class) => Err(ExplainError::Class { class, classes: 2 }),
            (_, class) if class < k as usize => Ok(logits.f_select(1, class as i64)?),
            (_, class) => Err(ExplainError::Class { class, classes: k as usize }),
        }
    }
}

/// Channels, height and width of an image, none of them 0.
pub(super) fn image_size(image: &Tensor) -> Result<[i64; 3], ExplainError> {
    let size = image.size();
    match size[..] {
        [c, h, w] if size.iter().all(|&n| n > 0) => {
            check_kind("image", image)?;
            Ok([c, h, w])
        }
        _ => Err(ExplainError::Image { found: size }),
    }
}

/// Checks that `tensor` holds 32-bit floats: bytes would be taken for numbers from 0 to 1.
pub(super) fn check_kind(what: &'static str, tensor: &Tensor) -> Result<(), ExplainError> {
    match tensor.f_kind()? {
        Kind::Float => Ok(()),
        found => Err(ExplainError::Kind { what, found }),
    }
}

/// Checks `tensor`'s shape and type.
pub(super) fn check_shape(
    what: &'static str,
    tensor: &Tensor,
    expected: &[i64],
) -> Result<(), ExplainError> {
    if tensor.size() != expected {
        let (found, expected) = (tensor.size(), expected.to_vec());
        return Err(ExplainError::Shape { what, found, expected });
    }
    check_kind(what, tensor)
}

/// `numbers` so that each goes with an image of a batch: n × 1 × 1 × 1.
pub(super) fn column(
    numbers: impl Iterator<Item = f64>,
    device: Device,
) -> Result<Tensor, TchError> {
    let numbers: Vec<f32> = numbers.map(|number| number as f32).collect();
    Tensor::f_from_slice(&numbers)?.f_view([-1, 1, 1, 1])?.f_to_device(device)
}

pub(super) fn at_least_one(what: &'static str, number: usize) -> Result<usize, ExplainError> {
    if number == 0 { Err(ExplainError::Zero { what }) } else { Ok(number) }
}

/// The attribution, if every number of it is finite.
pub(super) fn finite(attribution: Tensor) -> Result<Tensor, ExplainError> {
    if attribution.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
        return Err(ExplainError::NotFinite);
    }
    Ok(attribution)
}
