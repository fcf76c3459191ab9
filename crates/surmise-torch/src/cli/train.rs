//! `surmise train`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use tch::Device;

use super::failure::{device, plain};
use crate::cli::splits::name;
use crate::{BestEpoch, CnnSettings, EpochReport, TrainError, Trainer, TrainingData, test_images};
use crate::{
    ModelFileError, Provenance, TrainedCnn, read_checkpoint, write_checkpoint, write_model,
};
use surmise::plot::{CurveData, CurvePoint};
use surmise::program::CliError;
use surmise::program::cnn::Configuration;
use surmise::program::cnn::{Keep, TrainArgs};
use surmise::program::{DatabaseArgs, plot, table, talk};

pub(super) fn train(args: &TrainArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let (configuration, seed) = configure(args, database)?;
    let Configuration { study, params, settings } = configuration;
    let model = args.out.clone().unwrap_or_else(|| format!("{study}.safetensors").into());
    let checkpoint = checkpoint_of(&model)?;
    if params.iter().len() > 0 {
        talk(format!("training with {params}"));
    }
    let choice = args.device.clone().unwrap_or_else(|| settings.device.to_string());
    let data = TrainingData::load(&settings.data, device(&choice)?).map_err(plain)?;
    data.notes().into_iter().for_each(talk);
    let test = test_images(&settings.data.source).map_err(plain)?;
    let test = test.map(|images| images.fingerprint());
    let mut trainer = if args.resume {
        let found = read_checkpoint(&checkpoint, &settings, &data.classes).map_err(unfit)?;
        let trainer = Trainer::resume(&settings, &data, &found).map_err(failed)?;
        if args.seed.is_some_and(|seed| seed != trainer.seed()) {
            let message = format!("the checkpoint's seed is {}", trainer.seed());
            return Err(CliError::user(message).hint("leave --seed out, or train without --resume"));
        }
        talk(format!("going on after epoch {}", trainer.history().len()));
        trainer
    } else {
        Trainer::new(&settings, &data, seed).map_err(failed)?
    };
    let progress = Progress::new(&settings, trainer.history().len());
    let seed = trainer.seed();
    let there = || {
        let model = TrainedCnn::read(&model, Device::Cpu).ok()?;
        model.report_in(&settings, seed)
    };
    if args.resume && args.keep != Keep::Last {
        let history = trainer.history();
        let kept = best_epoch(args.keep).of(history);
        // Cut off before its checkpoint, the next epoch's may be there, and is made again.
        let next = |report: EpochReport| report.epoch as usize == history.len() + 1;
        let there = there();
        if there != kept && !there.is_some_and(next) {
            return Err(lost(&model, kept));
        }
    }
    let write = |trainer: &Trainer<'_>| {
        let report = trainer.history().last();
        let provenance = report.map(|report| Provenance { seed, report: *report, test });
        let (network, classes) = (trainer.network(), &data.classes);
        write_model(network, &settings, classes, provenance.as_ref(), &model).map_err(unfit)
    };
    while !trainer.is_finished() {
        let start = Instant::now();
        let report = trainer.epoch().map_err(failed)?;
        // Before the checkpoint, which says that this epoch is done.
        if args.keep != Keep::Last && best_epoch(args.keep).of(trainer.history()) == Some(report) {
            write(&trainer)?;
        }
        write_checkpoint(
            trainer.checkpoint().map_err(failed)?,
            &settings,
            &data.classes,
            &checkpoint,
        )
        .map_err(unfit)?;
        progress.tell(&report, start.elapsed().as_secs_f64());
    }
    drop(progress);
    let history = trainer.history();
    let kept = best_epoch(args.keep).of(history);
    if args.keep == Keep::Last {
        write(&trainer)?;
    } else if there() != kept {
        return Err(lost(&model, kept));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}", model.display())?;
    for path in draw(&model, &table::params(&params), history, kept, &args.plots)? {
        writeln!(out, "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The epoch whose model is written.
fn best_epoch(keep: Keep) -> BestEpoch {
    match keep {
        Keep::Last => BestEpoch::Last,
        Keep::Loss => BestEpoch::LowestLoss,
        Keep::Accuracy => BestEpoch::HighestAccuracy,
    }
}

fn lost(model: &Path, kept: Option<EpochReport>) -> CliError {
    let epoch = kept.map_or(0, |report| report.epoch);
    let message =
        format!("{} does not hold this training's epoch {epoch}, its best", model.display());
    CliError::user(message).hint("leave --keep out, or train without --resume")
}

/// The checkpoint's place, beside a model that can be written.
fn checkpoint_of(model: &Path) -> Result<PathBuf, CliError> {
    let folder = model.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(CliError::user(format!("there is no folder {}", folder.display()))
            .hint("make it, or name another --out"));
    }
    let suffix = model.extension().unwrap_or_default();
    if suffix == "checkpoint" {
        return Err(CliError::user(format!("{} is a checkpoint's name", model.display()))
            .hint("name the model: --out NAME.safetensors"));
    }
    if suffix == "safetensors" {
        return Ok(model.with_extension("checkpoint"));
    }
    let mut name = model.as_os_str().to_owned();
    name.push(".checkpoint");
    Ok(name.into())
}

/// What to train, and with which seed.
fn configure(args: &TrainArgs, database: &DatabaseArgs) -> Result<(Configuration, u64), CliError> {
    let mut set = args.set.clone();
    set.extend(args.epochs.map(|epochs| format!("epochs={epochs}")));
    let (configuration, seed) = match (&args.best, &args.file) {
        (Some(name), _) => {
            let mut study = database.study(name)?;
            let found = study.recommend()?.ok_or_else(|| {
                CliError::user(format!("study `{name}` has no complete trial yet"))
                    .hint(format!("`surmise show {name}` tells why"))
            })?;
            let trial = found.recommended.trial;
            talk(format!("trial {} of {name}", trial.number));
            let params = trial.params.iter().flat_map(|params| params.iter());
            let values: Vec<_> =
                params.map(|(name, value)| (name.to_owned(), value.clone())).collect();
            let configuration = Configuration::of_study(study.spec(), &values, &set)?;
            (configuration, u64::from(study.trial_seed(trial.number)))
        }
        (None, Some(file)) => (Configuration::load(file, &set)?, 0),
        (None, None) => {
            return Err(CliError::user("nothing to train: name a FILE, or --best STUDY"));
        }
    };
    Ok((configuration, args.seed.unwrap_or(seed)))
}

fn failed(error: TrainError) -> CliError {
    let hint = match &error {
        TrainError::Diverged { .. } => "a smaller learning rate may help",
        TrainError::OutOfMemory { .. } => "a smaller batch_size needs less",
        TrainError::NoBatch { .. } => "a smaller batch_size, or drop_last: false",
        TrainError::OtherTraining { .. } => "train without --resume, or with the settings of then",
        _ => return plain(error),
    };
    plain(error).hint(hint)
}

fn unfit(error: ModelFileError) -> CliError {
    let hint = match &error {
        ModelFileError::OtherSettings { .. } => {
            "train without --resume, or with the settings of then"
        }
        _ => return plain(error),
    };
    plain(error).hint(hint)
}

/// A bar on a terminal, and a line for every epoch.
struct Progress {
    bar: Option<ProgressBar>,
    epochs: u32,
}

impl Progress {
    fn new(settings: &CnnSettings, done: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(settings.epochs.into()).with_position(done as u64);
            // The template is a constant; a wrong one would only cost the style.
            if let Ok(style) =
                ProgressStyle::with_template("{bar:24} {pos}/{len} epochs  {eta} left")
            {
                bar.set_style(style.progress_chars("━━╌"));
            }
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        });
        Self { bar, epochs: settings.epochs }
    }

    fn tell(&self, EpochReport { epoch, metrics }: &EpochReport, seconds: f64) {
        let line = format!("epoch {epoch:>3}/{}  {metrics}  {}", self.epochs, table::span(seconds));
        match &self.bar {
            Some(bar) => {
                bar.println(line);
                bar.set_position((*epoch).into());
            }
            None => talk(line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Draws the learning curves.
fn draw(
    model: &Path,
    params: &str,
    history: &[EpochReport],
    kept: Option<EpochReport>,
    folder: &Path,
) -> Result<Vec<PathBuf>, CliError> {
    let epochs = history.iter().map(|EpochReport { epoch, metrics }| CurvePoint {
        epoch: *epoch,
        train: (metrics.train_loss, metrics.train_accuracy),
        valid: (metrics.loss, metrics.accuracy),
    });
    let mut subtitles = Vec::new();
    if let Some(EpochReport { epoch, metrics }) = kept {
        let accuracy = table::number(metrics.accuracy);
        let more = if params.is_empty() { String::new() } else { format!(" · {params}") };
        subtitles.push(format!("accuracy {accuracy} after epoch {epoch}{more}"));
    }
    let title = format!("{}: learning curves", name(model));
    let curve = CurveData { title, subtitles, epochs: epochs.collect() };
    plot::make_folder(folder)?;
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    plot::write(&curve.draw()?, folder, &format!("{stem}-learning"))
}
