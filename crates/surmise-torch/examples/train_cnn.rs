//! Trains the network on a folder of images and prints what each epoch measured.
//!
//!     cargo run --release -p surmise-torch --example train_cnn -- data/avatars 20 1
//!
//! The folder holds `train` and `valid`, each with a sub-folder a class. The numbers are epochs and
//! threads.

use std::env;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use surmise_torch::{CnnSettings, DataSettings, ModelKind, TrainingData, resolve_device, train};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or("data/avatars".to_owned()));
    let epochs = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let threads = arguments.next().map_or(Ok(1), |text| text.parse())?;

    let data = DataSettings::new(folder.join("train"), folder.join("valid"), 64);
    let mut settings = CnnSettings::new(data, ModelKind::Bitmoji);
    settings.epochs = epochs;
    settings.threads = threads;
    settings.optimizer.lr = 1.5e-3;
    settings.validate()?;

    // Read once; as many trainings as one likes may share it.
    let start = Instant::now();
    let data = TrainingData::load(&settings.data, resolve_device(settings.device)?)?;
    println!(
        "{} images to learn from, {} to measure on, classes {}, on {:?} ({:.2} s)",
        data.train.len(),
        data.valid.len(),
        data.classes.join(", "),
        data.train.device(),
        start.elapsed().as_secs_f64(),
    );

    let start = Instant::now();
    let last = train(&settings, &data, 7, |report| {
        let metrics = report.metrics;
        println!(
            "epoch {:>3}  train loss {:.4}  loss {:.4}  accuracy {:.4}",
            report.epoch, metrics.train_loss, metrics.loss, metrics.accuracy,
        );
        ControlFlow::Continue(())
    })?;
    println!(
        "accuracy {:.4} after {} epochs in {:.2} s",
        last.metrics.accuracy,
        last.epoch,
        start.elapsed().as_secs_f64(),
    );
    Ok(())
}
