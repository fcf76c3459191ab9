//! `surmise explain` and `surmise explain-report`: their arguments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A way to attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Method {
    /// What the score loses when a window covers the pixel
    Occlusion,
    /// The gradient along the way from the baseline, times the way
    IntegratedGradients,
    /// The same at random places, from a black and a white image
    GradientShap,
    /// The size of the gradient
    Saliency,
}

/// Which attributions to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignChoice {
    /// What speaks for the class
    Positive,
    /// What speaks against it
    Negative,
    /// Whatever speaks, for or against
    Absolute,
    /// Both, told apart by colour
    All,
}

/// An image that shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Baseline {
    Black,
    Grey,
    White,
}

/// How to attribute.
#[derive(Debug, Args)]
pub struct MethodArgs {
    /// Ways to attribute: several by commas, or repeated
    #[arg(
        long = "method",
        value_name = "METHOD",
        value_enum,
        value_delimiter = ',',
        default_values = ["occlusion", "integrated_gradients"]
    )]
    pub methods: Vec<Method>,
    /// Class to explain
    #[arg(long, value_name = "NAME")]
    pub class: Option<String>,
    /// Attributions to show; by default all, of saliency, which has no sign, absolute
    #[arg(long, value_name = "SIGN", value_enum)]
    pub sign: Option<SignChoice>,
    /// Percent of the attribution that lies beyond the ends of the colours
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0, value_parser = percent)]
    pub outliers: f64,
    /// Side of the square that occlusion covers; by default a sixth of the image's
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub window: Option<u16>,
    /// How far it moves each time; by default a third of the window
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub stride: Option<u16>,
    /// What occlusion covers with, and where integrated gradients begin
    #[arg(long, value_name = "COLOR", value_enum, default_value = "grey")]
    pub baseline: Baseline,
    /// Gradients of integrated gradients
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub steps: u16,
    /// Gradients of gradient SHAP
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub samples: u16,
    /// What decides the draws of gradient SHAP
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// Folder to write the pictures to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Draws each image, and for each method the map of what every pixel adds to the class's score,
alone and over the image. Blue speaks for the class, red against it. By default the class is the one
that the model finds most probable.

Exit code 1 if some file could not be read; the others are explained all the same.

Examples:
  surmise explain model.safetensors photo.jpg
  surmise explain model.safetensors photo.jpg --class tom --method occlusion --window 12 --stride 2
  surmise explain model.safetensors a.png b.png --method gradient_shap,saliency --sign absolute"
)]
pub struct ExplainArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Images, or folders of images
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<PathBuf>,
    #[command(flatten)]
    pub method: MethodArgs,
    /// One JSON object a line: what each attribution sums to
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "CSV has a column `file`, paths from the CSV's own folder, and a column for each attribute; `class`
is none. The reference has the values that most images of its class have. Images of other classes are
grouped by the attributes in which they differ from it; for each group the report has the accuracy,
the share of attribution in the top, middle and bottom third of the image, where it is less than in
the reference's images, and mean maps. By default the class that is explained is the reference.

Thirds are of the image, not of what it shows: read them beside the mean images.

Example:
  surmise explain-report model.safetensors data/avatars/test \\
      --attributes data/avatars/attributes.csv --reference tom"
)]
pub struct ReportArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// An image folder: a sub-folder a class, of those the model knows
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What is known about the images
    #[arg(long, value_name = "CSV")]
    pub attributes: PathBuf,
    /// Class that the others are compared with
    #[arg(long, value_name = "CLASS")]
    pub reference: String,
    /// Attributes that count; by default every column but `file` and `class`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Most groups, the largest ones
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=50))]
    pub groups: u8,
    #[command(flatten)]
    pub method: MethodArgs,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// A number from 0 to 100.
fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&number) {
        Ok(number)
    } else {
        Err(format!("{number} is not in 0 to 100"))
    }
}
