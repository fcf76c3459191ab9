//! `surmise plot`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::model::Model;
use crate::numeric::hash::fnv1a;
use crate::plot::{ContourData, Picture, PlotError, SliceData, TraceAxis, TraceData};
use crate::space::{Params, SearchSpace};
use crate::study::{Study, best_of};
use crate::trial::Trial;

use super::DatabaseArgs;
use super::error::CliError;

/// Places of a contour each way, and of a slice.
const RESOLUTION: usize = 80;
/// Pixels of a PNG for each of the SVG.
const PNG_SCALE: f32 = 2.0;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    /// Number of the trial
    Trial,
    /// Time since the first trial was asked
    Time,
}

#[derive(Debug, Args)]
#[command(after_help = "Without --contour: the two parameters the model finds most relevant.

Examples:
  surmise plot avatars
  surmise plot avatars --contour lr,beta1 --by time --out figures")]
pub(super) struct PlotArgs {
    /// Name of the study
    study: String,
    /// Two parameters to draw a contour of, or one for a slice; may be given several times
    #[arg(long, value_name = "X,Y")]
    contour: Vec<String>,
    /// What the trace's horizontal axis counts
    #[arg(long, value_enum, default_value = "trial")]
    by: By,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
}

pub(super) fn plot(args: &PlotArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let views: Vec<View> =
        args.contour.iter().map(|text| View::parse(text, &study)).collect::<Result<_, _>>()?;
    let axis = match args.by {
        By::Trial => TraceAxis::Number,
        By::Time => TraceAxis::Time,
    };
    for path in draw(&mut study, &args.out, &views, axis)? {
        writeln!(io::stdout(), "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws what a run ends with: the trace and the view of the most relevant parameters.
pub(super) fn draw_all(study: &mut Study, folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    draw(study, folder, &[], TraceAxis::Number)
}

/// What of the model to draw.
enum View {
    Contour(usize, usize),
    Slice(usize),
}

impl View {
    fn parse(text: &str, study: &Study) -> Result<Self, CliError> {
        let column = |name: &str| {
            let name = name.trim();
            study.spec().space.position(name).ok_or_else(|| {
                let names = study.spec().space.parameters().iter().map(|p| p.name.as_str());
                CliError::user(format!("study `{}` has no parameter `{name}`", study.spec().study))
                    .hint(format!("it has {}", names.collect::<Vec<_>>().join(", ")))
            })
        };
        match text.split(',').collect::<Vec<_>>()[..] {
            [x] => Ok(Self::Slice(column(x)?)),
            [x, y] => Ok(Self::Contour(column(x)?, column(y)?)),
            _ => Err(CliError::user(format!("`--contour {text}` names more than two parameters"))
                .hint("for example: --contour lr,beta1")),
        }
    }

    /// The two parameters that matter most to the model, of those that are active at a point, in order
    /// of declaration.
    fn most_relevant(model: &Model, space: &SearchSpace, at: &Params) -> Self {
        let mut columns = model.columns_by_relevance();
        columns.retain(|&column| at.get(&space.parameters()[column].name).is_some());
        match columns[..] {
            [only] => Self::Slice(only),
            [a, b, ..] => Self::Contour(a.min(b), a.max(b)),
            [] => Self::Slice(0),
        }
    }
}

fn draw(
    study: &mut Study,
    folder: &Path,
    views: &[View],
    axis: TraceAxis,
) -> Result<Vec<PathBuf>, CliError> {
    let trials = study.trials()?;
    if !trials.iter().any(|t| t.state.is_finished()) {
        return Err(CliError::user(format!(
            "study `{}` has no finished trial",
            study.spec().study
        ))
        .hint("there is nothing to draw yet"));
    }
    make_folder(folder)?;
    let name = study.spec().study.clone();
    let trace = TraceData::new(study.spec(), &trials, axis).draw()?;
    let mut paths = write(&trace, folder, &format!("{name}-trace"))?;
    let model = study.model()?;
    let best = best_of(&trials, study.spec().direction).and_then(|t| t.params.clone());
    if let (Some(model), Some(best)) = (model, best) {
        let default = [View::most_relevant(&model, &study.spec().space, &best)];
        for view in if views.is_empty() { &default } else { views } {
            let at = best_with(study, &trials, view)?;
            let (picture, suffix) = draw_view(study, &trials, view, &at, &model)?;
            paths.extend(write(&picture, folder, &format!("{name}-{suffix}"))?);
        }
    }
    Ok(paths)
}

/// The best parameters in which the parameters of a view are active.
fn best_with(study: &Study, trials: &[Trial], view: &View) -> Result<Params, CliError> {
    let name = |column: usize| study.spec().space.parameters()[column].name.as_str();
    let shown = match *view {
        View::Contour(x, y) => vec![name(x), name(y)],
        View::Slice(x) => vec![name(x)],
    };
    let has = |t: &&Trial| {
        t.params.as_ref().is_some_and(|p| shown.iter().all(|name| p.get(name).is_some()))
    };
    let trials: Vec<Trial> = trials.iter().filter(has).cloned().collect();
    best_of(&trials, study.spec().direction).and_then(|t| t.params.clone()).ok_or_else(|| {
        CliError::user(format!("no complete trial has a value for {}", shown.join(" and ")))
            .hint("a parameter has none where it is not active: draw another one")
    })
}

fn draw_view(
    study: &Study,
    trials: &[Trial],
    view: &View,
    at: &Params,
    model: &Model,
) -> Result<(Picture, String), PlotError> {
    let spec = study.spec();
    let name = |column: usize| spec.space.parameters()[column].name.as_str();
    match *view {
        View::Contour(x, y) => {
            let data = ContourData::new(spec, trials, (x, y), at, model, RESOLUTION)?;
            Ok((data.draw()?, format!("contour-{}-{}", name(x), name(y))))
        }
        View::Slice(x) => {
            let data = SliceData::new(spec, trials, x, at, model, 4 * RESOLUTION)?;
            Ok((data.draw()?, format!("slice-{}", name(x))))
        }
    }
}

/// Makes the folder for pictures, if it is not there.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder).map_err(|e| CliError::file("make the folder", folder, &e))
}

/// A file's name, cut and told apart by a hash where it is longer than file systems take.
fn short(name: &str) -> String {
    const MOST: usize = 200;
    if name.len() <= MOST {
        return name.to_owned();
    }
    let hash = fnv1a(name.as_bytes());
    let end = (0..=MOST).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    format!("{}-{hash:016x}", &name[..end])
}

/// Writes a picture as SVG and PNG; where.
///
/// # Errors
/// It cannot be drawn or written.
pub fn write(picture: &Picture, folder: &Path, name: &str) -> Result<Vec<PathBuf>, CliError> {
    let name = short(name);
    let (svg, png) = (folder.join(format!("{name}.svg")), folder.join(format!("{name}.png")));
    picture.write_svg(&svg)?;
    picture.write_png(&png, PNG_SCALE)?;
    Ok(vec![svg, png])
}
