//! A [`Network`] and the images that come to it, as an [`Explainer`](super::Explainer) takes them.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `x` | images of numbers from 0 to 1 | n × 3 × s × s |
//! | `μ`, `σ` | means and deviations of the channels | 1 × 3 × 1 × 1 |
//!
//! What a person can judge is `x`, so attributions are to be of `x`; the network is given
//! `(x − μ)/σ`. Of the methods that multiply by a difference from a baseline the attribution is the
//! same either way; a gradient is `1/σ` times that of the normalised image.

use tch::{Device, TchError, Tensor};

use super::{ExplainError, Planes};
use crate::network::Network;
use surmise::objective::cnn::Pipeline;

impl Network {
    /// Logits of images that `pipeline` has yet to normalise, as a model to explain: differentiable,
    /// in 32-bit floats whatever the network's precision (attributions are small differences), and it
    /// leaves the images as they are.
    ///
    /// # Errors
    /// Out of memory.
    pub fn with_normalization(
        &self,
        pipeline: &Pipeline,
    ) -> Result<impl Fn(&Tensor) -> Result<Tensor, TchError> + use<'_>, TchError> {
        let channels = |numbers: [f64; 3]| {
            let numbers = Tensor::f_from_slice(&numbers.map(|x| x as f32))?;
            numbers.f_view([1, 3, 1, 1])?.f_to_device(self.device())
        };
        let channels = |(mean, std)| Ok::<_, TchError>((channels(mean)?, channels(std)?));
        let normalize = pipeline.normalize.map(channels).transpose()?;
        Ok(move |images: &Tensor| match &normalize {
            Some((mean, std)) => self.forward_float32(&images.f_sub(mean)?.f_div(std)?),
            None => self.forward_float32(images),
        })
    }
}

impl Planes {
    /// The numbers as a tensor, channels × height × width.
    ///
    /// # Errors
    /// Out of memory.
    pub fn tensor(&self, device: Device) -> Result<Tensor, ExplainError> {
        let size = [self.channels(), self.height(), self.width()].map(|n| n as i64);
        Ok(Tensor::f_from_slice(self.values())?.f_view(size)?.f_to_device(device)?)
    }
}
