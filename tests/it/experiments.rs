//! Every study in `experiments/` that runs a command runs.

use crate::common::{Place, experiments};

#[test]
fn every_command_study_runs() {
    let files = experiments("type: command");
    assert!(files.len() >= 3);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        Place::new().run_experiment(&file, name);
    }
}
