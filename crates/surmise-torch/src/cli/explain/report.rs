//! `surmise explain-report`

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::attribute::{methods, sign as sign_of};
use super::groups::Report;
use super::images::stem;
use super::shares::Estimate;
use super::sheet;
use crate::cli::model::read;
use crate::cli::splits;
use crate::explain::Sign;
use surmise::program::CliError;
use surmise::program::cnn::ReportArgs;
use surmise::program::{plot, table, talk};

pub(in crate::cli) fn report(args: &ReportArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.method.device)?;
    let report = Report::make(args, &model)?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", report.to_json())?;
    } else {
        report.print(&mut out)?;
    }
    plot::make_folder(&args.method.out)?;
    let picture = sheet::sheet(&report)?.draw()?;
    let file = format!("{}-{}-report", stem(&args.model), splits::name(&args.folder));
    for path in plot::write(&picture, &args.method.out, &file)? {
        // Beside JSON, paths are talk.
        if args.json { talk(path.display()) } else { writeln!(out, "{}", path.display())? }
    }
    Ok(ExitCode::SUCCESS)
}

impl Report<'_> {
    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { args, explained, .. } = self;
        let (folder, reference) = (args.folder.display(), &args.reference);
        writeln!(out, "{folder}: attribution to {explained}, by what differs from {reference}")?;
        let values = self.columns.iter().zip(&self.reference).map(|(column, common)| {
            let share = match common.share {
                1.0 => String::new(),
                share => format!(" (of {:.0} %)", 100.0 * share),
            };
            format!("{} {}{share}", table::clean(column), table::clean(&common.value))
        });
        writeln!(out, "{reference}: {}\n", values.collect::<Vec<_>>().join(", "))?;
        for (at, method) in methods(&args.method).into_iter().enumerate() {
            let part = match sign_of(method, args.method.sign) {
                Sign::Positive => "for",
                Sign::Negative => "against",
                Sign::All | Sign::Absolute => "for or against",
            };
            writeln!(out, "{}: where what speaks {part} {explained} lies", method.name())?;
            writeln!(out, "{}\n", self.table(at))?;
        }
        if self.others > 0 {
            writeln!(out, "{} images are in smaller groups", self.others)?;
        }
        if self.left_out > 0 {
            writeln!(
                out,
                "{} images are left out, for want of attributes or damaged",
                self.left_out
            )?;
        }
        writeln!(
            out,
            "Percent in each third of the image, ± one standard error; spread evenly it would be 33 each.\n\
             `less`: of where a group's mean map lies below {reference}'s, red in the picture; its error is\n\
             a jackknife's.\n\
             The images are not aligned and no part is outlined in them: this says roughly where the model\n\
             looks, not at what.\n"
        )
    }

    fn table(&self, method: usize) -> comfy_table::Table {
        let mut shown = table::new(&[
            "differs in",
            "images",
            "accuracy",
            "top",
            "middle",
            "bottom",
            "less: top",
            "middle",
            "bottom",
        ]);
        for (index, group) in self.groups.iter().enumerate() {
            let name = if index == 0 { format!("({})", group.name) } else { group.name.clone() };
            let none = || ["-", "-", "-"].map(str::to_owned);
            let thirds = group.shares[method].thirds().map_or_else(none, |r| r.map(estimate));
            let less = self.less(method, index).map_or_else(none, |l| l.map(whole));
            let numbers = [group.images.to_string(), format!("{:.3}", group.accuracy())];
            let cells = [table::clean(&name)].into_iter().chain(numbers).chain(thirds).chain(less);
            shown.add_row(cells);
        }
        for column in shown.column_iter_mut().skip(1) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
        shown
    }

    /// Where a group's mean map lies below the reference's: its share of each third.
    fn less(&self, method: usize, group: usize) -> Option<[Estimate; 3]> {
        let shares = |group: usize| &self.groups[group].shares[method];
        let reference = shares(0).mean(self.size);
        (group > 0).then(|| shares(group).less(&reference, self.size)).flatten()
    }

    fn to_json(&self) -> Value {
        let methods = methods(&self.args.method);
        let reference = self.columns.iter().zip(&self.reference);
        let reference = reference
            .map(|(column, c)| (column.clone(), json!({ "value": c.value, "share": c.share })));
        let groups = self.groups.iter().enumerate().map(|(index, group)| {
            let shares = methods.iter().zip(&group.shares).enumerate();
            let attributions = shares.map(|(at, (method, shares))| {
                let (thirds, less) = (shares.thirds(), self.less(at, index));
                json!({
                    "method": method.key(),
                    "thirds": thirds.map(|thirds| thirds.map(|(mean, _)| mean)),
                    "standard_errors": thirds.map(|thirds| thirds.map(|(_, error)| error)),
                    "less": less.map(|less| less.map(|(share, _)| share)),
                    "less_standard_errors": less.map(|less| less.map(|(_, error)| error)),
                })
            });
            json!({
                "differs": group.differs,
                "images": group.images,
                "accuracy": group.accuracy(),
                "attributions": attributions.collect::<Vec<_>>(),
            })
        });
        json!({
            "explained": self.explained,
            "reference": { "class": self.args.reference, "attributes": reference.collect::<Map<_, _>>() },
            "groups": groups.collect::<Vec<_>>(),
            "in_smaller_groups": self.others,
            "left_out": self.left_out,
        })
    }
}

/// In whole percent.
fn whole((share, error): Estimate) -> String {
    match error {
        Some(error) => format!("{:.0} ± {:.0}", 100.0 * share, 100.0 * error),
        None => format!("{:.0}", 100.0 * share),
    }
}

/// In percent.
fn estimate((mean, error): Estimate) -> String {
    match error {
        Some(error) => format!("{:.1} ± {:.1}", 100.0 * mean, 100.0 * error),
        None => format!("{:.1}", 100.0 * mean),
    }
}
