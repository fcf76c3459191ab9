//! Integrated gradients (Sundararajan, Taly & Yan 2017, arXiv 1703.01365, equation 1).
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `x`, `b` | the image and its baseline | c × h × w |
//! | `α_i`, `w_i` | nodes on the path between them, their weights | n |
//! | `φ` | the attribution, `(x − b) Σ w_i ∂f/∂x (b + α_i (x − b))` | c × h × w |
//!
//! Complete (their section 3): were the integral exact, `Σ φ = f(x) − f(b)`.

use tch::{Device, Kind, TchError, Tensor};

use super::explainer::{check_shape, column, finite, image_size};
use super::{ExplainError, Explainer, Rule};

/// How the integral is taken. By default as in Captum: Gauss–Legendre with 50 nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegratedGradients {
    /// The rule.
    pub rule: Rule,
    /// Its number of nodes, at least 1: one gradient each.
    pub steps: usize,
}

impl Default for IntegratedGradients {
    fn default() -> Self {
        Self { rule: Rule::GaussLegendre, steps: 50 }
    }
}

impl<F> Explainer<F>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    /// Shares the score's rise from `baseline` to `image` (both c × h × w) among the numbers of
    /// the image, in logits: c × h × w. The baseline stands for an image that shows nothing:
    /// black, or a blurred one. Captum's `IntegratedGradients`.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); no gradient; a baseline that is not of the
    /// image's shape and type; no steps.
    pub fn integrated_gradients(
        &self,
        image: &Tensor,
        baseline: &Tensor,
        settings: IntegratedGradients,
    ) -> Result<Tensor, ExplainError> {
        let size = image_size(image)?;
        check_shape("baseline", baseline, &size)?;
        let nodes = settings.rule.nodes(settings.steps)?;
        let device = image.device();
        let (image, baseline) = (image.f_detach()?, baseline.f_detach()?);
        let difference = image.f_sub(&baseline)?;
        let mut mean = difference.f_zeros_like()?;
        for (start, len) in self.batches(nodes.len())? {
            let here = &nodes[start..start + len];
            let alphas = column(here.iter().map(|node| node.0), device)?;
            let weights = column(here.iter().map(|node| node.1), device)?;
            let gradients = self.gradients(&difference.f_mul(&alphas)?.f_add(&baseline)?)?;
            let part = gradients.f_mul(&weights)?.f_sum_dim_intlist(0, false, Kind::Float)?;
            mean = mean.f_add(&part)?;
        }
        finite(mean.f_mul(&difference)?)
    }

    /// `Σ φ − (f(x) − f(b))`, in logits: how far `attributions` are from complete (all c × h × w).
    /// Of integrated gradients it is the rule's error and rounding, and more nodes make it smaller;
    /// of gradient SHAP the luck of the draws as well. Captum's `compute_convergence_delta`.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); tensors that are not of the image's shape and
    /// type.
    pub fn convergence_delta(
        &self,
        attributions: &Tensor,
        image: &Tensor,
        baseline: &Tensor,
    ) -> Result<f64, ExplainError> {
        let size = image_size(image)?;
        check_shape("attributions", attributions, &size)?;
        check_shape("baseline", baseline, &size)?;
        // On the CPU, for some devices have no 64-bit numbers.
        let sum = attributions.f_to_device(Device::Cpu)?.f_sum(Kind::Double)?;
        Ok(sum.f_double_value(&[])? - (self.score(image)? - self.score(baseline)?))
    }
}
