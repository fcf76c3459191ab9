//! One image through the chosen methods.

use std::path::Path;

use image::RgbImage;
use tch::{TchError, Tensor};

use super::{
    ExplainError, Explainer, GradientShap, IntegratedGradients, Occlusion, Planes, Sign,
    VisualizeError,
};
use crate::data::{ImageError, load_rgb};
use crate::model_file::TrainedCnn;
use crate::transform::Pixels;

/// A way to attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// What the score loses when a window covers the pixel.
    Occlusion,
    /// The gradient along the way from the baseline, times the way.
    IntegratedGradients,
    /// The gradient at random places on the ways from a black and a white image.
    GradientShap,
    /// The size of the gradient.
    Saliency,
}

impl Method {
    /// The method as a reader calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Occlusion => "occlusion",
            Self::IntegratedGradients => "integrated gradients",
            Self::GradientShap => "gradient SHAP",
            Self::Saliency => "saliency",
        }
    }

    /// The method as it is written.
    pub fn key(self) -> &'static str {
        match self {
            Self::Occlusion => "occlusion",
            Self::IntegratedGradients => "integrated_gradients",
            Self::GradientShap => "gradient_shap",
            Self::Saliency => "saliency",
        }
    }
}

/// How to attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributionSettings {
    /// The methods, each once.
    pub methods: Vec<Method>,
    /// What of the attributions to look at; by default all, of saliency, which has no sign, the size.
    pub sign: Option<Sign>,
    /// Every number of an image that shows nothing, 0 to 1: what occlusion covers with, and where
    /// integrated gradients begin.
    pub baseline: f64,
    /// Side of the square that occlusion covers, in pixels; by default a sixth of the image's.
    pub window: Option<usize>,
    /// How far the window moves each time, in pixels; by default a third of its side.
    pub stride: Option<usize>,
    /// Gradients of integrated gradients.
    pub steps: usize,
    /// Gradients of gradient SHAP.
    pub samples: usize,
    /// What decides the draws of gradient SHAP.
    pub seed: u64,
}

impl AttributionSettings {
    /// What of a method's attributions to look at.
    pub fn sign(&self, method: Method) -> Sign {
        let default = if method == Method::Saliency { Sign::Absolute } else { Sign::All };
        self.sign.unwrap_or(default)
    }
}

/// What a method makes of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// The method.
    pub method: Method,
    /// What of it to look at.
    pub sign: Sign,
    /// A number for each of the image's.
    pub values: Planes,
    /// How far integrated gradients are from complete.
    pub delta: Option<f64>,
}

impl TrainedCnn {
    /// The image of a file that the network sees, before any normalising.
    ///
    /// # Errors
    /// [`ImageError`], naming the file.
    pub fn seen(&self, file: &Path) -> Result<RgbImage, ImageError> {
        load_rgb(file, &self.settings.data.pipelines().1.fixed)
    }

    /// The chosen methods' attributions of a class's score to the numbers of an image, 0 to 1. Any
    /// normalising counts as the network's first layer.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn attribute(
        &self,
        image: &Planes,
        class: usize,
        settings: &AttributionSettings,
    ) -> Result<Vec<Attribution>, ExplainError> {
        let (_, pipeline) = self.settings.data.pipelines();
        let explainer = Explainer::new(self.network.with_normalization(&pipeline)?, class);
        let image = image.tensor(self.network.device())?;
        settings.methods.iter().map(|&method| one(&explainer, &image, method, settings)).collect()
    }
}

impl Planes {
    /// The numbers of an image, 0 to 1.
    ///
    /// # Errors
    /// [`VisualizeError`] of an image without a pixel.
    pub fn of(image: &RgbImage) -> Result<Self, VisualizeError> {
        let (height, width) = (image.height() as usize, image.width() as usize);
        Self::new(3, height, width, Pixels::Bytes(image.clone()).numbers())
    }
}

fn one<F>(
    explainer: &Explainer<F>,
    image: &Tensor,
    method: Method,
    settings: &AttributionSettings,
) -> Result<Attribution, ExplainError>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    let (level, sign) = (settings.baseline, settings.sign(method));
    let mut delta = None;
    let values = match method {
        Method::Occlusion => explainer.occlusion(image, occlusion(image, settings))?,
        Method::IntegratedGradients => {
            let baseline = image.f_full_like(level)?;
            let path = IntegratedGradients { steps: settings.steps, ..Default::default() };
            let values = explainer.integrated_gradients(image, &baseline, path)?;
            delta = Some(explainer.convergence_delta(&values, image, &baseline)?);
            values
        }
        Method::GradientShap => {
            // With one of them alone, pixels of its colour would get nothing.
            let flat = [image.f_zeros_like()?, image.f_ones_like()?];
            let baselines = Tensor::f_stack(&flat, 0)?;
            let &AttributionSettings { samples, seed, .. } = settings;
            let draws = GradientShap { samples, seed, ..Default::default() };
            explainer.gradient_shap(image, &baselines, draws)?
        }
        Method::Saliency if sign == Sign::Absolute => explainer.saliency(image)?,
        Method::Saliency => explainer.gradient(image)?,
    };
    Ok(Attribution { method, sign, values: Planes::try_from(&values)?, delta })
}

/// A window over all channels.
fn occlusion(image: &Tensor, settings: &AttributionSettings) -> Occlusion {
    let side = image.size()[1] as usize;
    let window = settings.window.unwrap_or(side / 6).max(1);
    let stride = settings.stride.unwrap_or(window / 3).max(1);
    Occlusion {
        window: [3, window, window],
        strides: [1, stride, stride],
        baseline: settings.baseline,
    }
}
