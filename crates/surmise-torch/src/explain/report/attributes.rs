//! What is known about images: a table of attributes, and groups by those that differ.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::error::ReportError;

/// Columns that are no attributes.
const FILE: &str = "file";
const CLASS: &str = "class";

/// Attributes of images.
#[derive(Debug)]
pub struct Attributes {
    /// Names of the attributes.
    pub columns: Vec<String>,
    /// A value for each column, by the file's real path.
    rows: HashMap<PathBuf, Vec<String>>,
}

/// A value that most images have, and the share of images that do.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// The value.
    pub value: String,
    /// The share of images that have it.
    pub share: f64,
}

impl Attributes {
    /// Reads a CSV with a column `file`, of paths from the CSV's folder, and takes `wanted` columns,
    /// or all if none are named.
    ///
    /// # Errors
    /// [`ReportError`], naming the table.
    pub fn read(path: &Path, wanted: &[String]) -> Result<Self, ReportError> {
        let failed = |source| ReportError::Unreadable { path: path.to_owned(), source };
        let mut reader = csv::Reader::from_path(path).map_err(failed)?;
        let head: Vec<String> =
            reader.headers().map_err(failed)?.iter().map(|name| name.trim().to_owned()).collect();
        let place = |name: &str| {
            head.iter().position(|known| known == name).ok_or_else(|| ReportError::NoColumn {
                path: path.to_owned(),
                column: name.to_owned(),
                known: head.clone(),
            })
        };
        let file = place(FILE)?;
        let places: Vec<usize> = if wanted.is_empty() {
            (0..head.len()).filter(|&at| ![FILE, CLASS].contains(&head[at].as_str())).collect()
        } else {
            wanted.iter().map(|name| place(name.trim())).collect::<Result<_, _>>()?
        };
        if places.is_empty() {
            return Err(ReportError::NoAttributes { path: path.to_owned() });
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut rows = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(failed)?;
            let cell = |at: usize| record.get(at).unwrap_or_default().trim();
            // Files that are not there belong to nothing that is reported.
            if let Ok(real) = folder.join(cell(file)).canonicalize() {
                rows.insert(real, places.iter().map(|&at| cell(at).to_owned()).collect());
            }
        }
        Ok(Self { columns: places.into_iter().map(|at| head[at].clone()).collect(), rows })
    }

    /// An image's values.
    pub fn of(&self, file: &Path) -> Option<&[String]> {
        self.rows.get(&file.canonicalize().ok()?).map(Vec::as_slice)
    }
}

/// The most common value of each column; of equally common ones the first by name. There is at
/// least one row.
pub(super) fn common(rows: &[&[String]]) -> Vec<Common> {
    let columns = rows.first().map_or(0, |row| row.len());
    let of = |column: usize| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows {
            *counts.entry(&row[column]).or_default() += 1;
        }
        // The last of equals is what `max_by_key` takes.
        let most = counts.into_iter().rev().max_by_key(|&(_, count)| count).unwrap_or_default();
        Common { value: most.0.to_owned(), share: most.1 as f64 / rows.len() as f64 }
    };
    (0..columns).map(of).collect()
}

/// Columns in which a row differs from the reference.
pub(super) fn differing(row: &[String], reference: &[Common]) -> Vec<usize> {
    (0..row.len()).filter(|&column| row[column] != reference[column].value).collect()
}

/// Images by the columns in which they differ; the largest groups first, then those that differ in
/// the fewest.
pub(super) fn groups<T>(
    images: impl IntoIterator<Item = (T, Vec<usize>)>,
) -> Vec<(Vec<usize>, Vec<T>)> {
    let mut groups: BTreeMap<Vec<usize>, Vec<T>> = BTreeMap::new();
    for (image, columns) in images {
        groups.entry(columns).or_default().push(image);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(columns, images)| (Reverse(images.len()), columns.len()));
    groups
}

/// What differs, in words.
pub(super) fn name(differing: &[usize], columns: &[String]) -> String {
    let missing: Vec<&str> = (0..columns.len())
        .filter(|column| !differing.contains(column))
        .map(|column| columns[column].as_str())
        .collect();
    match (differing.len(), &missing[..]) {
        (0, _) => "nothing known".to_owned(),
        (2.., []) => "everything".to_owned(),
        (3.., [only]) => format!("all but {only}"),
        _ => {
            let names = differing.iter().map(|&column| columns[column].as_str());
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_reference_has_the_most_common_values_and_groups_what_differs_from_them() {
        let rows = ["short red", "long red", "long blue", "short red"].map(row);
        let rows: Vec<&[String]> = rows.iter().map(Vec::as_slice).collect();
        let reference = common(&rows);
        let expected = [("long", 0.5), ("red", 0.75)];
        let expected = expected.map(|(value, share)| Common { value: value.to_owned(), share });
        assert_eq!(reference, expected);
        let found = rows.iter().map(|row| differing(row, &reference)).enumerate();
        assert_eq!(groups(found), [(vec![0], vec![0, 3]), (vec![], vec![1]), (vec![1], vec![2])]);
    }

    #[test]
    fn a_group_is_named_in_the_fewest_words() {
        let columns = row("hair beard glasses skin");
        for (differing, expected) in [
            (vec![], "nothing known"),
            (vec![2], "glasses"),
            (vec![0, 2], "hair, glasses"),
            (vec![0, 1, 3], "all but glasses"),
            (vec![0, 1, 2, 3], "everything"),
        ] {
            assert_eq!(name(&differing, &columns), expected);
        }
    }
}
