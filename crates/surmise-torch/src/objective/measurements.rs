//! Everything that a training measures, by name.

use std::fs;
use std::time::Instant;

use surmise::Metrics;
use surmise::objective::cnn::architecture::{ModelSummary, ShapeError, Trainable};
use surmise::objective::cnn::{CnnSettings, DataSettings, metrics};

use crate::data::TrainingData;
use crate::training::EpochReport;

/// Bytes in a megabyte.
const MEGABYTE: f64 = 1e6;

/// A name and what was measured.
pub type Measurement = (&'static str, f64);

/// What a network is, before it is trained: `weights`, all of them, learnt or not, and the
/// `multiply_adds` of one image (see [`ModelSummary::multiply_adds`]).
///
/// # Errors
/// [`ShapeError`] if the images are too small for it.
pub fn of_network(settings: &CnnSettings, classes: usize) -> Result<[Measurement; 2], ShapeError> {
    let DataSettings { image_size, .. } = settings.data;
    let module =
        settings.model.module(image_size, if classes == 2 { 1 } else { classes as i64 })?;
    let summary = ModelSummary::new(&module, image_size, Trainable::All)?;
    Ok([
        (metrics::WEIGHTS, summary.parameters() as f64),
        (metrics::MULTIPLY_ADDS, summary.multiply_adds() as f64),
    ])
}

/// A watch over a training's epochs.
#[derive(Debug)]
pub struct Epochs {
    /// Images to learn from.
    images: usize,
    /// When the epoch at hand began.
    start: Instant,
}

impl Epochs {
    /// Begins to watch. The peak of the process's memory counts from here, where the system allows it.
    pub fn begin(data: &TrainingData) -> Self {
        // Linux: "5" resets the peak of resident memory. Elsewhere it is that of the process's life.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self { images: data.train.len(), start: Instant::now() }
    }

    /// Everything that the epoch measured which ends now, by the names in [`metrics`]; begins the next.
    pub fn end(&mut self, report: &EpochReport) -> Metrics {
        let seconds = self.start.elapsed().as_secs_f64();
        self.start = Instant::now();
        let EpochReport { metrics: measured, .. } = report;
        let mut all = Metrics::from([
            (metrics::ACCURACY, measured.accuracy),
            (metrics::LOSS, measured.loss),
            (metrics::TRAIN_LOSS, measured.train_loss),
            (metrics::TRAIN_ACCURACY, measured.train_accuracy),
            (metrics::SECONDS, seconds),
            (metrics::IMAGES_PER_SECOND, self.images as f64 / seconds),
        ]);
        if let Some(bytes) = peak_memory() {
            all.set(metrics::PEAK_MEMORY, bytes / MEGABYTE);
        }
        all
    }
}

/// The most memory that the process had at once, in bytes, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = kilobytes.trim().trim_end_matches(" kB").parse().ok()?;
    Some(1024.0 * kilobytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use surmise::objective::cnn::ModelKind;

    #[test]
    fn a_network_is_counted_as_torchvision_counts() {
        let data = DataSettings::new("", "", 224);
        let measured = of_network(&CnnSettings::new(data, ModelKind::ResNet18), 1000).unwrap();
        assert_eq!(measured, [("weights", 11_689_512.0), ("multiply_adds", 1_814_073_344.0)]);
    }

    #[test]
    fn the_peak_of_memory_is_that_of_this_process() {
        let before = peak_memory().unwrap();
        let block = vec![1_u8; 64 << 20];
        assert!(peak_memory().unwrap() > before.max((64 << 20) as f64));
        drop(block);
    }
}
