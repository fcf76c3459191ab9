//! Why a model answers as it does: how much each pixel of an image adds to the score of a class.
//!
//! An [`Explainer`] holds a model and the class that is asked about, and has a method for each way
//! to attribute; [`heat_map`], [`colored`] and [`overlay`] make a picture of an attribution.
//!
//! ```no_run
//! use surmise_torch::Network;
//! use surmise_torch::explain::{Explainer, Occlusion, Palette, Planes, Sign, heat_map, overlay};
//! use tch::Tensor;
//!
//! # fn explain(network: &Network, image: &Tensor) -> Result<(), Box<dyn std::error::Error>> {
//! let explainer = Explainer::new(|images: &Tensor| network.forward(images), 1);
//! let settings = Occlusion { window: [3, 9, 9], strides: [3, 3, 3], baseline: 0.0 };
//! let attributions = explainer.occlusion(image, settings)?;
//! let map = heat_map(&Planes::try_from(&attributions)?, Sign::Positive, 2.0)?;
//! let picture = overlay(&Planes::try_from(image)?, &map, Palette::of(map.sign), 0.7)?;
//! # Ok(())
//! # }
//! ```
//!
//! | file | holds |
//! | --- | --- |
//! | `explainer` | scores and gradients of any differentiable model, in batches |
//! | `saliency` | the gradient |
//! | `integrated_gradients` | the gradient's mean on the path from a baseline, times the difference |
//! | `quadrature` | nodes on that path, and their weights |
//! | `gradient_shap` | the same at random points, from random baselines |
//! | `occlusion` | what a covered box takes from the score |
//! | `attribution` | one image of a trained CNN through the chosen methods |
//! | [`report`] | where attribution falls in many images, by how they differ from a reference |
//! | `network` | a network with its normalising as a model; numbers as a tensor |
//! | `visualize` | attributions → a map between −1 and 1 |
//! | `picture` | the map in colours, alone or over its image |
//! | `terms` | the axes of an image, the signs of attributions |
//! | `error` | what can go wrong |
//!
//! Numbers are those of Captum 0.9.0, of which the tests hold a record.

pub mod report;

mod attribution;
mod error;
mod explainer;
mod gradient_shap;
mod integrated_gradients;
mod network;
mod occlusion;
mod picture;
mod quadrature;
mod saliency;
mod terms;
mod visualize;

pub use attribution::{Attribution, AttributionSettings, Method};
pub use error::{ExplainError, VisualizeError};
pub use explainer::Explainer;
pub use gradient_shap::{Draws, GradientShap};
pub use integrated_gradients::IntegratedGradients;
pub use occlusion::Occlusion;
pub use picture::{Palette, colored, overlay};
pub use quadrature::Rule;
pub use terms::{Axis, Sign};
pub use visualize::{HeatMap, Planes, heat_map};
