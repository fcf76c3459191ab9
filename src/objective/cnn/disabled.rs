//! The face of the CNN objective in a build without libtorch.

use super::super::{Objective, ObjectiveTemplate, Unavailable};

fn without_torch() -> Unavailable {
    Unavailable {
        message: "this surmise was built without libtorch, and the study's objective is a CNN"
            .into(),
        remedy: "rebuild with it: `make build`, which is `scripts/libtorch.sh` and then \
                 `cargo build --release --features torch`"
            .into(),
    }
}

/// Says that this build cannot train, and how to make one that can.
pub(in crate::objective) fn check_available(
    _template: &ObjectiveTemplate,
    _device: Option<&str>,
) -> Result<Option<String>, Unavailable> {
    Err(without_torch())
}

pub(in crate::objective) fn build(
    _template: &ObjectiveTemplate,
    _device: Option<&str>,
) -> Result<Box<dyn Objective>, Unavailable> {
    Err(without_torch())
}
