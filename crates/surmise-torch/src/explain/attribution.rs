//! One image through the chosen methods.

use std::path::Path;

use image::RgbImage;
use tch::{TchError, Tensor};

use crate::TrainedCnn;
use crate::explain::{
    ExplainError, Explainer, GradientShap, IntegratedGradients, Occlusion, Planes, Sign,
};
use crate::{Pixels, load_rgb};
use surmise::program::CliError;
use surmise::program::cnn::{Baseline, Method, MethodArgs, SignChoice};

/// What of a method's attributions to show.
pub(super) fn sign(method: Method, choice: Option<SignChoice>) -> Sign {
    match (choice, method) {
        (Some(SignChoice::Positive), _) => Sign::Positive,
        (Some(SignChoice::Negative), _) => Sign::Negative,
        (Some(SignChoice::Absolute), _) | (None, Method::Saliency) => Sign::Absolute,
        (Some(SignChoice::All), _) | (None, _) => Sign::All,
    }
}

/// Every number of an image that shows nothing.
fn level(baseline: Baseline) -> f64 {
    match baseline {
        Baseline::Black => 0.0,
        Baseline::Grey => 0.5,
        Baseline::White => 1.0,
    }
}

/// What a method makes of an image.
pub(super) struct Attribution {
    pub(super) method: Method,
    pub(super) sign: Sign,
    pub(super) values: Planes,
    /// How far integrated gradients are from complete.
    pub(super) delta: Option<f64>,
}

/// The chosen methods, each once, in the order they were named.
pub(super) fn methods(args: &MethodArgs) -> Vec<Method> {
    let mut methods = Vec::new();
    for &method in &args.methods {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods
}

/// A class's place among the model's.
pub(super) fn class(model: &TrainedCnn, name: &str) -> Result<usize, CliError> {
    model.classes.iter().position(|known| known == name).ok_or_else(|| {
        CliError::user(format!("the model does not know a class `{name}`"))
            .hint(format!("it knows {}", model.classes.join(", ")))
    })
}

/// The image that the network sees, before any normalising.
pub(super) fn look(model: &TrainedCnn, file: &Path) -> Result<RgbImage, CliError> {
    Ok(load_rgb(file, &model.settings.data.pipelines().1.fixed)?)
}

/// An image's numbers, 0 to 1.
pub(super) fn planes(image: &RgbImage) -> Result<Planes, CliError> {
    let (height, width) = (image.height() as usize, image.width() as usize);
    let numbers = Pixels::Bytes(image.clone()).numbers();
    Planes::new(3, height, width, numbers).map_err(|error| CliError::ours(error.to_string()))
}

/// The chosen methods' attributions of a class's score to the numbers of an image, 0 to 1. Any
/// normalising counts as the network's first layer.
pub(super) fn attribute(
    model: &TrainedCnn,
    image: &Planes,
    class: usize,
    args: &MethodArgs,
) -> Result<Vec<Attribution>, CliError> {
    let (_, pipeline) = model.settings.data.pipelines();
    let network = model.network.with_normalization(&pipeline).map_err(ExplainError::from);
    let explainer = Explainer::new(network.map_err(failed)?, class);
    let image = image.tensor(model.network.device()).map_err(failed)?;
    let attribute = |method: Method| one(&explainer, &image, method, args).map_err(failed);
    methods(args).into_iter().map(attribute).collect()
}

fn one<F>(
    explainer: &Explainer<F>,
    image: &Tensor,
    method: Method,
    args: &MethodArgs,
) -> Result<Attribution, ExplainError>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    let level = level(args.baseline);
    let sign = sign(method, args.sign);
    let mut delta = None;
    let values = match method {
        Method::Occlusion => explainer.occlusion(image, occlusion(image, level, args))?,
        Method::IntegratedGradients => {
            let baseline = image.f_full_like(level)?;
            let settings = IntegratedGradients { steps: args.steps.into(), ..Default::default() };
            let values = explainer.integrated_gradients(image, &baseline, settings)?;
            delta = Some(explainer.convergence_delta(&values, image, &baseline)?);
            values
        }
        Method::GradientShap => {
            // With one of them alone, pixels of its colour would get nothing.
            let flat = [image.f_zeros_like()?, image.f_ones_like()?];
            let baselines = Tensor::f_stack(&flat, 0)?;
            let samples = args.samples.into();
            let settings = GradientShap { samples, seed: args.seed, ..Default::default() };
            explainer.gradient_shap(image, &baselines, settings)?
        }
        Method::Saliency if sign == Sign::Absolute => explainer.saliency(image)?,
        Method::Saliency => explainer.gradient(image)?,
    };
    Ok(Attribution { method, sign, values: Planes::try_from(&values)?, delta })
}

/// A window over all channels.
fn occlusion(image: &Tensor, baseline: f64, args: &MethodArgs) -> Occlusion {
    let side = image.size()[1] as usize;
    let window = args.window.map_or(side / 6, usize::from).max(1);
    let stride = args.stride.map_or(window / 3, usize::from).max(1);
    Occlusion { window: [3, window, window], strides: [1, stride, stride], baseline }
}

fn failed(error: ExplainError) -> CliError {
    let hint = match &error {
        ExplainError::Window { .. } => "choose a smaller --window",
        ExplainError::Stride { .. } => "choose a --stride of at most --window",
        ExplainError::OutOfMemory { .. } => "take the CPU with --device cpu",
        _ => return CliError::user(error.to_string()),
    };
    CliError::user(error.to_string()).hint(hint)
}
