//! A file that is whole or not there.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::Builder;

use super::error::Fault;

/// Fills a temporary file beside `path`, waits until it is on the disk, and gives it that name. On
/// an error the temporary file is removed, and a file that had the name is as it was.
pub(super) fn write(
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // As a file that is simply created: whatever the umask leaves.
    let permissions = Permissions::from_mode(0o666);
    let mut file = Builder::new()
        .prefix(".surmise-")
        .suffix(".part")
        .permissions(permissions)
        .tempfile_in(folder)?;
    fill(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename itself. Not every file system lets a folder be synced, and the file is whole.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
