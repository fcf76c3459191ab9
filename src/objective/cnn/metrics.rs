//! Metrics of a CNN, by name.

/// Share of the validation images that are classified right.
pub const ACCURACY: &str = "accuracy";
/// Mean loss over the validation images, in nats.
pub const LOSS: &str = "loss";
/// Mean loss over the training images, in nats.
pub const TRAIN_LOSS: &str = "train_loss";
/// Share of the training images that were classified right.
pub const TRAIN_ACCURACY: &str = "train_accuracy";
/// Seconds of the epoch, its measurement included.
pub const SECONDS: &str = "seconds";
/// Images learnt from in a second.
pub const IMAGES_PER_SECOND: &str = "images_per_second";
/// The most memory of the process at once, in megabytes; a GPU's is not in it.
pub const PEAK_MEMORY: &str = "peak_memory";
/// Numbers that the network has, learnt or not.
pub const WEIGHTS: &str = "weights";
/// Multiplications, each with its addition, that one image takes.
pub const MULTIPLY_ADDS: &str = "multiply_adds";

/// The metrics that a study of a CNN may optimise.
pub(super) const OPTIMISED: &[&str] = &[ACCURACY, LOSS, TRAIN_LOSS, TRAIN_ACCURACY];
