//! The embedded typeface: Inter 3.19, under the SIL Open Font License (`font/LICENSE.txt`).
//!
//! Pictures measure their text with it and PNGs are set in it, so they look the same everywhere.
//! An SVG keeps its text as text; a viewer without Inter takes the next family of the list.

use std::sync::{Arc, LazyLock};

use plotters::style::{FontStyle, register_font};
use resvg::usvg::fontdb;

/// Font families of every text, best first. Also the name plotters knows the typeface by.
pub(super) const FAMILY: &str = "Inter, Helvetica, Arial, sans-serif";

static REGULAR: &[u8] = include_bytes!("font/Inter-Regular.otf");
static BOLD: &[u8] = include_bytes!("font/Inter-SemiBold.otf");

static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
        && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
});

static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    database.load_font_data(REGULAR.to_vec());
    database.load_font_data(BOLD.to_vec());
    Arc::new(database)
});

/// Makes the typeface known to plotters, once; whether it could be read.
pub(super) fn register() -> bool {
    *REGISTERED
}

/// The typeface for resvg.
pub(super) fn database() -> Arc<fontdb::Database> {
    Arc::clone(&DATABASE)
}
