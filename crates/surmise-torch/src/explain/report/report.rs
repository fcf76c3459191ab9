//! What a report measures: groups of images that differ from the reference in the same attributes.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::ProgressBar;

use super::attribute::{attribute, class, look, methods, planes};
use super::attributes::{Attributes, Common, common, differing, groups, name};
use super::shares::Shares;
use crate::ImageFolder;
use crate::TrainedCnn;
use crate::cli::evaluate::labels;
use crate::cli::model::{most_probable, probabilities};
use surmise::program::CliError;
use surmise::program::cnn::ReportArgs;
use surmise::program::{table, talk};

/// Everything a report says.
pub(super) struct Report<'a> {
    pub(super) args: &'a ReportArgs,
    /// The class whose score is explained.
    pub(super) explained: String,
    /// Width and height of the images.
    pub(super) size: usize,
    pub(super) columns: Vec<String>,
    /// The reference's value of each column.
    pub(super) reference: Vec<Common>,
    /// The reference first.
    pub(super) groups: Vec<Group>,
    /// Images in groups that are not among the largest.
    pub(super) others: usize,
    /// Images that are damaged or of which nothing is known.
    pub(super) left_out: usize,
}

/// Images that differ from the reference in the same attributes.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) differs: Vec<String>,
    pub(super) images: usize,
    /// Of them, taken for what they are.
    right: usize,
    /// Sum of their numbers, 0 to 1: 3 × height × width.
    pub(super) sum: Vec<f64>,
    /// One for each method.
    pub(super) shares: Vec<Shares>,
}

/// A group before it is measured: images and their classes.
struct Part {
    name: String,
    differs: Vec<String>,
    images: Vec<(PathBuf, usize)>,
}

impl<'a> Report<'a> {
    /// Measures all of it.
    pub(super) fn make(args: &'a ReportArgs, model: &TrainedCnn) -> Result<Self, CliError> {
        let explained = args.method.class.as_ref().unwrap_or(&args.reference).clone();
        let explained_class = class(model, &explained)?;
        let (mut report, parts) = Self::begin(args, model, explained)?;
        let count: usize = parts.iter().map(|part| part.images.len()).sum();
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new(count as u64)
        } else {
            ProgressBar::hidden()
        };
        for part in parts {
            let images = part.images.len();
            let group = Group::measure(part, explained_class, model, args, &bar)?;
            report.left_out += images - group.images;
            if group.images > 0 {
                report.groups.push(group);
            } else if report.groups.is_empty() {
                let reason = format!("no image of `{}` can be read", args.reference);
                return Err(CliError::user(reason));
            }
        }
        bar.finish_and_clear();
        Ok(report)
    }

    /// The report without its groups, and what they are to be made of.
    fn begin(
        args: &'a ReportArgs,
        model: &TrainedCnn,
        explained: String,
    ) -> Result<(Self, Vec<Part>), CliError> {
        let reference_class = class(model, &args.reference)?;
        let folder = ImageFolder::scan(&args.folder)?;
        let labels = labels(&folder, model, &args.folder)?;
        let attributes = Attributes::read(&args.attributes, &args.columns)?;
        let mut of_reference = Vec::new();
        let mut others = Vec::new();
        for (file, label) in &folder.samples {
            let image = (file.clone(), labels[*label]);
            match attributes.of(file) {
                Some(row) if image.1 == reference_class => of_reference.push((image, row)),
                Some(row) => others.push((image, row)),
                None => {}
            }
        }
        if of_reference.is_empty() {
            let reason = format!("no image of `{}` in {}", args.reference, args.folder.display());
            let reason = format!("{reason} is in {}", args.attributes.display());
            return Err(CliError::user(reason)
                .hint("its column `file` holds paths from the CSV's own folder"));
        }
        let left_out = folder.samples.len() - of_reference.len() - others.len();
        let reference = common(&of_reference.iter().map(|(_, row)| *row).collect::<Vec<_>>());
        let others = others.into_iter().map(|(image, row)| (image, differing(row, &reference)));
        let mut chosen = groups(others);
        let rest = chosen.split_off(chosen.len().min(args.groups.into()));

        let columns = attributes.columns.clone();
        let mut parts = vec![Part {
            name: args.reference.clone(),
            differs: Vec::new(),
            images: of_reference.into_iter().map(|(image, _)| image).collect(),
        }];
        parts.extend(chosen.into_iter().map(|(differs, images)| Part {
            name: name(&differs, &columns),
            differs: differs.iter().map(|&column| columns[column].clone()).collect(),
            images,
        }));
        let others = rest.iter().map(|(_, images)| images.len()).sum();
        let groups = Vec::new();
        let size = model.settings.data.image_size as usize;
        Ok((Self { args, explained, size, columns, reference, groups, others, left_out }, parts))
    }
}

impl Group {
    fn measure(
        part: Part,
        explained: usize,
        model: &TrainedCnn,
        args: &ReportArgs,
        bar: &ProgressBar,
    ) -> Result<Self, CliError> {
        let Part { name, differs, images } = part;
        let shares = methods(&args.method).iter().map(|_| Shares::default()).collect();
        let mut group = Self { name, differs, images: 0, right: 0, sum: Vec::new(), shares };
        let files: Vec<PathBuf> = images.iter().map(|(file, _)| file.clone()).collect();
        for ((file, actual), answer) in images.iter().zip(probabilities(model, &files, &[])?) {
            bar.inc(1);
            let predicted = match answer {
                Ok(probabilities) => most_probable(&probabilities),
                Err(error) => {
                    talk(format!("left out: {}", table::clean(&error.to_string())));
                    continue;
                }
            };
            let image = planes(&look(model, file)?)?;
            let found = attribute(model, &image, explained, &args.method)?;
            for (shares, attribution) in group.shares.iter_mut().zip(found) {
                shares.add(&attribution.values, attribution.sign);
            }
            group.sum.resize(image.values().len(), 0.0);
            for (sum, &value) in group.sum.iter_mut().zip(image.values()) {
                *sum += f64::from(value);
            }
            group.images += 1;
            group.right += usize::from(predicted == *actual);
        }
        Ok(group)
    }

    pub(super) fn accuracy(&self) -> f64 {
        self.right as f64 / self.images as f64
    }
}
