//! The top of every picture: title, legend, subtitles; and the marks that all pictures share.

use plotters::style::{Color, RGBColor};

use super::PlotError;
use super::frame::{MARGIN, tick_look};
use super::mark::{FAILED_MARK, MarkLook, PRUNED_MARK};
use super::pen::{Pen, Rect, TextLook};
use super::record::MarkState;
use super::theme;

/// Draws title and legend in one line and the subtitles below, each elided to the room there is.
/// Returns the height down to which it reaches.
pub(super) fn header(
    pen: &mut Pen<'_>,
    width: f64,
    title: &str,
    entries: &[(Key, String)],
    subtitles: &[String],
) -> Result<f64, PlotError> {
    let room = legend(pen, width - MARGIN, 32.0, entries)? - 2.0 * MARGIN;
    let look = TextLook::new(theme::TITLE, theme::INK).bold();
    pen.text(&pen.elide(title, room, look), (MARGIN, 32.0), look)?;
    let mut bottom = 40.0;
    for line in subtitles {
        let line = pen.elide_end(line, width - 2.0 * MARGIN, tick_look());
        pen.text(&line, (MARGIN, bottom + 21.0), tick_look())?;
        bottom += 22.0;
    }
    Ok(bottom + 10.0)
}

/// Legend entries of the trials without a value, where there are any.
pub(super) fn valueless_entries(states: impl Iterator<Item = MarkState>) -> Vec<(Key, String)> {
    let (mut pruned, mut failed) = (false, false);
    for state in states {
        match state {
            MarkState::Complete(_) => {}
            MarkState::Pruned => pruned = true,
            MarkState::Failed => failed = true,
        }
    }
    let pruned = pruned.then(|| (Key::Mark(PRUNED_MARK), "pruned".to_owned()));
    let failed = failed.then(|| (Key::Mark(FAILED_MARK), "failed".to_owned()));
    pruned.into_iter().chain(failed).collect()
}

/// What stands before a legend's text.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Mark(MarkLook),
    /// A line of a colour and a width.
    Line(RGBColor, f64),
    /// A line within a band of its colour.
    Band(RGBColor, f64),
}

/// A row of keys and texts that ends at `right`, around the height `y`. Returns where it begins.
fn legend(
    pen: &mut Pen<'_>,
    right: f64,
    y: f64,
    entries: &[(Key, String)],
) -> Result<f64, PlotError> {
    let look = tick_look();
    let mut x = right;
    for (key, text) in entries.iter().rev() {
        x -= pen.width(text, look);
        pen.text(text, (x, y), look)?;
        x -= 8.0;
        match key {
            Key::Mark(mark) => {
                x -= mark.radius;
                pen.mark((x, y), *mark, None);
                x -= mark.radius;
            }
            Key::Line(color, width) | Key::Band(color, width) => {
                if matches!(key, Key::Band(..)) {
                    let band = Rect { left: x - 24.0, top: y - 8.0, width: 24.0, height: 16.0 };
                    pen.rect(band, color.mix(theme::BAND))?;
                }
                pen.line(&[(x - 24.0, y), (x, y)], color.mix(1.0), *width)?;
                x -= 24.0;
            }
        }
        x -= 20.0;
    }
    Ok(x + 20.0)
}
