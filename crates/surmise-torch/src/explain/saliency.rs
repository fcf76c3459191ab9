//! Saliency: the gradient itself (Simonyan, Vedaldi & Zisserman 2014, arXiv 1312.6034, section 3).
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `∂f/∂x` | the score's gradient at the image | c × h × w |

use tch::{TchError, Tensor};

use super::explainer::{finite, image_size};
use super::{ExplainError, Explainer};

impl<F> Explainer<F>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    /// `|∂f/∂x|` of an image (c × h × w): how much the score moves with each number of it, in
    /// logits per unit, whatever the direction. Captum's `Saliency`.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); no gradient.
    pub fn saliency(&self, image: &Tensor) -> Result<Tensor, ExplainError> {
        Ok(self.gradient(image)?.f_abs()?)
    }

    /// `∂f/∂x` of an image (c × h × w), with its sign, in logits per unit. Captum's `Saliency`
    /// with `abs=False`.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); no gradient.
    pub fn gradient(&self, image: &Tensor) -> Result<Tensor, ExplainError> {
        image_size(image)?;
        finite(self.gradients(&image.f_unsqueeze(0)?)?.f_squeeze_dim(0)?)
    }
}
