//! The columns `note` and `tags` of studies and trials.

use rusqlite::Row;

use super::error::Failure;
use super::rows;
use crate::store::AnnotationChange;
use crate::trial::Annotations;

/// The columns `note` and `tags`, from `column` on.
pub(super) fn read(row: &Row<'_>, column: usize) -> Result<Annotations, Failure> {
    Ok(Annotations {
        note: row.get(column)?,
        tags: rows::from_json(row, column + 1, "tags")?.unwrap_or_default(),
    })
}

/// What the two columns hold after a change.
pub(super) fn changed(
    mut annotations: Annotations,
    change: &AnnotationChange,
) -> Result<(String, String), Failure> {
    change.apply(&mut annotations);
    let tags = rows::to_json("tags", &annotations.tags)?;
    Ok((annotations.note, tags))
}
