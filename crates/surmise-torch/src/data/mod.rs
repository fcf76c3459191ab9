//! Image folders, and their images batch by batch.
//!
//! | file | holds |
//! | --- | --- |
//! | `folder` | image folders: classes and files, as torchvision's `ImageFolder` |
//! | `split` | one folder in three parts |
//! | `image` | one file → RGB bytes |
//! | `training_data` | the images to learn from and those to measure on |
//! | `image_set` | the images of a folder, read once |
//! | `storage` | where they are kept: on the device, in memory, in their files |
//! | `batches` | an epoch of them, batch by batch |
//! | `error` | why images could not be made ready |

mod batches;
mod error;
mod folder;
mod image;
mod image_set;
mod split;
mod storage;
mod training_data;

pub use batches::Draws;
pub(crate) use batches::{Batch, finish, normalized};
pub use error::DataError;
pub use folder::{FolderError, ImageFolder, is_image};
pub use image::{ImageError, image_size, load_rgb};
pub use image_set::ImageSet;
pub use split::Parts;
pub use storage::Kept;
pub use training_data::{TrainingData, test_images};
