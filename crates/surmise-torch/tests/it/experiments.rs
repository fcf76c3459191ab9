//! Every study in `experiments/` that trains a CNN runs.

use std::fs;

use crate::common::{Place, experiments};

/// The whole way of the CNN studies, with one epoch.
#[test]
fn every_cnn_study_runs() {
    let files = experiments("type: cnn");
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let short = text.replace("epochs: 20", "epochs: 1").replace("epochs: 3", "epochs: 1");
        assert_ne!(short, text, "{} has as many epochs", file.display());
        // A large network on large images takes its time.
        let short = short.replace("image_size: 128", "image_size: 32");
        let place = Place::new();
        let short = place.write("short.yaml", &short);
        let name = file.file_stem().unwrap().to_str().unwrap();
        place.run_experiment(&short, name);
        let shown = place.show(name);
        assert_eq!(shown["trials"][9]["reports"][0]["step"], 1);
        assert!(shown["trials"][0]["worker"]["device"].is_string());
    }
}
