//! Groups of images that differ from the reference in the same attributes, and what is measured of each.

use std::path::{Path, PathBuf};

use super::attributes::{Attributes, Common, common, differing, groups, name};
use super::error::ReportError;
use super::shares::{Estimate, Shares};
use crate::data::{DataError, ImageFolder};
use crate::evaluation::most_probable;
use crate::explain::{AttributionSettings, Planes};
use crate::model_file::TrainedCnn;

/// What to report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportSettings {
    /// Class that the others are compared with.
    pub reference: String,
    /// Class whose score is explained; by default the reference.
    pub explained: Option<String>,
    /// Attributes that count; all of the table if none are named.
    pub columns: Vec<String>,
    /// Most groups besides the reference, the largest ones.
    pub groups: usize,
    /// How to attribute.
    pub attribution: AttributionSettings,
}

/// Groups of images that differ from the reference in the same attributes, and what was measured.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was asked for.
    pub settings: ReportSettings,
    /// The class whose score is explained.
    pub explained: String,
    /// Width and height of the images.
    pub size: usize,
    /// Names of the attributes.
    pub columns: Vec<String>,
    /// The reference's value of each column.
    pub reference: Vec<Common>,
    /// The reference first.
    pub groups: Vec<Group>,
    /// Images in groups that are not among the largest.
    pub others: usize,
    /// Images that are damaged or of which nothing is known.
    pub left_out: usize,
}

/// Images that differ from the reference in the same attributes.
#[derive(Clone, Debug)]
pub struct Group {
    /// What differs, in words.
    pub name: String,
    /// The attributes that differ.
    pub differs: Vec<String>,
    /// Images that could be read.
    pub images: usize,
    /// Images that are taken for what they are.
    right: usize,
    /// Sum of the images' numbers, 0 to 1: 3 × height × width.
    pub sum: Vec<f64>,
    /// One for each method.
    pub shares: Vec<Shares>,
}

/// What happens while a report is made.
#[derive(Debug)]
pub enum Progress<'a> {
    /// So many images are looked at.
    Images(usize),
    /// One of them is done.
    Image,
    /// One of them is damaged.
    LeftOut(&'a DataError),
}

/// A group before it is measured: images and their classes.
struct Part {
    name: String,
    differs: Vec<String>,
    images: Vec<(PathBuf, usize)>,
}

impl Report {
    /// Measures the images of `folder`, of which the table `attributes` says what is known; see
    /// [`Attributes::read`].
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn make(
        model: &TrainedCnn,
        folder: &Path,
        attributes: &Path,
        settings: ReportSettings,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, ReportError> {
        let explained = settings.explained.as_ref().unwrap_or(&settings.reference).clone();
        let explained_class = model.class(&explained)?;
        let (mut report, parts) = Self::begin(model, folder, attributes, settings, explained)?;
        observe(Progress::Images(parts.iter().map(|part| part.images.len()).sum()));
        for part in parts {
            let images = part.images.len();
            let attribution = &report.settings.attribution;
            let group = Group::measure(part, explained_class, model, attribution, observe)?;
            report.left_out += images - group.images;
            if group.images > 0 {
                report.groups.push(group);
            } else if report.groups.is_empty() {
                let reference = report.settings.reference;
                return Err(ReportError::ReferenceUnreadable { reference });
            }
        }
        Ok(report)
    }

    /// The report without its groups, and what they are to be made of.
    fn begin(
        model: &TrainedCnn,
        path: &Path,
        table: &Path,
        settings: ReportSettings,
        explained: String,
    ) -> Result<(Self, Vec<Part>), ReportError> {
        let reference_class = model.class(&settings.reference)?;
        let folder = ImageFolder::scan(path)?;
        let labels = model.labels(&folder, path)?;
        let attributes = Attributes::read(table, &settings.columns)?;
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
            return Err(ReportError::NoReference {
                reference: settings.reference,
                folder: path.to_owned(),
                attributes: table.to_owned(),
            });
        }
        let left_out = folder.samples.len() - of_reference.len() - others.len();
        let reference = common(&of_reference.iter().map(|(_, row)| *row).collect::<Vec<_>>());
        let others = others.into_iter().map(|(image, row)| (image, differing(row, &reference)));
        let mut chosen = groups(others);
        let rest = chosen.split_off(chosen.len().min(settings.groups));

        let columns = attributes.columns.clone();
        let mut parts = vec![Part {
            name: settings.reference.clone(),
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
        let report =
            Self { settings, explained, size, columns, reference, groups, others, left_out };
        Ok((report, parts))
    }

    /// Where the mean map of a group lies below the reference's, of one method: the share of each third.
    pub fn less(&self, method: usize, group: usize) -> Option<[Estimate; 3]> {
        let shares = |group: usize| &self.groups[group].shares[method];
        let reference = shares(0).mean(self.size);
        (group > 0).then(|| shares(group).less(&reference, self.size)).flatten()
    }
}

impl Group {
    fn measure(
        part: Part,
        explained: usize,
        model: &TrainedCnn,
        settings: &AttributionSettings,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, ReportError> {
        let Part { name, differs, images } = part;
        let shares = settings.methods.iter().map(|_| Shares::default()).collect();
        let mut group = Self { name, differs, images: 0, right: 0, sum: Vec::new(), shares };
        let files: Vec<PathBuf> = images.iter().map(|(file, _)| file.clone()).collect();
        for ((file, actual), answer) in images.iter().zip(model.probabilities(&files, &[])?) {
            observe(Progress::Image);
            let predicted = match answer {
                Ok(probabilities) => most_probable(&probabilities),
                Err(error) => {
                    observe(Progress::LeftOut(&error));
                    continue;
                }
            };
            let image = Planes::of(&model.seen(file)?)?;
            let found = model.attribute(&image, explained, settings)?;
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

    /// Share of the images that are taken for what they are.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.images as f64
    }
}
