//! A CNN on image folders as an objective: training one with libtorch for every trial.

pub mod measurements;

use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use surmise::objective::cnn::{CnnSettings, DataSettings, DeviceChoice, device_choice};
use surmise::objective::{ObjectiveSettings, ObjectiveTemplate, Unavailable};
use surmise::{
    FailureKind, Metrics, Objective, ObjectiveError, Outcome, Report, Reporter, TrialContext,
};
use tch::Device;

use crate::data::TrainingData;
use crate::runtime::{CudaLoad, load_cuda, resolve_device};
use crate::training::{EpochReport, TrainError, train};
use measurements::Epochs;

/// Whether there is a device to train on, with a warning if it is the CPU for want of CUDA.
///
/// # Errors
/// [`Unavailable`], with what to do.
pub(crate) fn check(choice: DeviceChoice) -> Result<Option<String>, Unavailable> {
    let device = resolve(choice)?;
    let fell_back = choice == DeviceChoice::Auto && device == Device::Cpu;
    Ok(fell_back.then(|| {
        let why = match load_cuda() {
            CudaLoad::Failed { reason, .. } => reason.as_str(),
            CudaLoad::NotFound { .. } => "this libtorch is a CPU flavour",
            _ => "libtorch sees no CUDA device",
        };
        format!("training on the CPU: {why}; `surmise doctor` says more")
    }))
}

fn resolve(choice: DeviceChoice) -> Result<Device, Unavailable> {
    resolve_device(choice).map_err(|error| Unavailable {
        message: error.to_string(),
        remedy: "train on the CPU with --device cpu, or see `surmise doctor`".into(),
    })
}

fn name(device: Device) -> String {
    match device {
        Device::Cuda(index) => format!("cuda:{index}"),
        _ => "cpu".into(),
    }
}

/// A CNN that is trained anew for every trial.
#[derive(Debug)]
pub struct CnnObjective {
    template: ObjectiveTemplate,
    device: Device,
    device_name: String,
    /// The images, decoded once per process; again only if a trial wants them in another size or shape.
    data: Option<TrainingData>,
}

impl CnnObjective {
    /// The objective of a template, on a device (`auto`, `cpu`, `cuda`, `cuda:N`) if one is named, else
    /// on the study's. The images are loaded with the first trial.
    ///
    /// # Errors
    /// [`Unavailable`] if the device is not to be had.
    pub fn new(template: &ObjectiveTemplate, device: Option<&str>) -> Result<Self, Unavailable> {
        let device = resolve(device_choice(template, device)?)?;
        let device_name = name(device);
        Ok(Self { template: template.clone(), device, device_name, data: None })
    }

    fn data(
        &mut self,
        settings: &DataSettings,
        reporter: &mut dyn Reporter,
    ) -> Result<&TrainingData, ObjectiveError> {
        let adapted = self.data.as_mut().is_some_and(|data| data.adapt(settings));
        if !adapted {
            self.data = None; // free the old images before the new ones come
            let data = TrainingData::load(settings, self.device)
                .map_err(|error| ObjectiveError::Unusable { reason: error.to_string() })?;
            data.notes().iter().for_each(|text| reporter.note(text));
            self.data = Some(data);
        }
        match &self.data {
            Some(data) => Ok(data),
            None => Err(ObjectiveError::Unusable { reason: "the images were not loaded".into() }),
        }
    }
}

impl Objective for CnnObjective {
    fn evaluate(
        &mut self,
        trial: &TrialContext<'_>,
        reporter: &mut dyn Reporter,
    ) -> Result<Outcome, ObjectiveError> {
        let settings = match self.template.bind(trial.params) {
            Ok(ObjectiveSettings::Cnn(settings)) => settings,
            Ok(_) => return Err(unusable("the objective is no CNN")),
            Err(error) => return Err(unusable(error)),
        };
        let data = self.data(&settings.data, reporter)?;
        run(&settings, data, trial, reporter)
    }

    fn device(&self) -> &str {
        &self.device_name
    }
}

fn unusable(reason: impl ToString) -> ObjectiveError {
    ObjectiveError::Unusable { reason: reason.to_string() }
}

fn run(
    settings: &CnnSettings,
    data: &TrainingData,
    trial: &TrialContext<'_>,
    reporter: &mut dyn Reporter,
) -> Result<Outcome, ObjectiveError> {
    let mut epochs = Epochs::begin(data);
    let mut metrics = Metrics::new();
    let mut log = log(trial.required_folder()?, data)?;
    let (mut abandoned, mut pruned) = (false, false);
    let result = train(settings, data, u64::from(trial.seed), |epoch: &EpochReport| {
        // A line that cannot be written is not worth a trial.
        let _ = writeln!(log, "epoch {}/{}  {}", epoch.epoch, settings.epochs, epoch.metrics);
        let report = Report { step: u64::from(epoch.epoch), metrics: epochs.end(epoch) };
        metrics.merge(report.metrics.clone());
        abandoned = trial.stop.is_raised();
        pruned = reporter.report(report).is_break() && epoch.epoch < settings.epochs;
        if abandoned || pruned { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match result {
        _ if abandoned => Err(ObjectiveError::Abandoned),
        Ok(_) if pruned => Ok(Outcome::Pruned),
        Ok(_) => {
            if let Ok(counts) = measurements::of_network(settings, data.classes.len()) {
                metrics.merge(counts.into());
            }
            Ok(Outcome::Complete { metrics })
        }
        Err(error) => {
            let _ = writeln!(log, "{error}");
            let kind = match error {
                TrainError::Diverged { .. } => FailureKind::Diverged,
                TrainError::OutOfMemory { .. } => FailureKind::OutOfMemory,
                _ => FailureKind::Error,
            };
            Err(ObjectiveError::failed(kind, error.to_string()))
        }
    }
}

/// The trial's log, which says what images there are.
fn log(folder: &Path, data: &TrainingData) -> Result<File, ObjectiveError> {
    let path = folder.join("trial.log");
    let skipped = data.skipped.iter().map(|file| format!("left out: {}", file.display()));
    let lines: Vec<String> = data.notes().into_iter().chain(skipped).collect();
    File::create(&path)
        .and_then(|mut file| writeln!(file, "{}", lines.join("\n")).map(|()| file))
        .map_err(|error| unusable(format!("cannot write {}: {error}", path.display())))
}
