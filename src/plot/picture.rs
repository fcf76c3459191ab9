//! A finished picture: SVG text, and the PNG made from that very text.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use resvg::{tiny_skia, usvg};

use super::{PlotError, font};

/// Largest width or height of a PNG in pixels: beyond, the pixels alone are over 4 GB.
const MAX_SIDE: f32 = 30_000.0;

/// A picture as SVG.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// A complete SVG document. Text is text; observed points carry hover texts (`<title>`).
    pub svg: String,
}

impl Picture {
    /// Writes the SVG. The file appears whole or not at all; missing folders are made.
    ///
    /// # Errors
    /// [`PlotError::Write`].
    pub fn write_svg(&self, path: &Path) -> Result<(), PlotError> {
        write_atomically(path, self.svg.as_bytes())
    }

    /// Writes the picture as PNG with `scale` pixels per SVG unit (2 suits most screens). The file
    /// appears whole or not at all; missing folders are made.
    ///
    /// # Errors
    /// [`PlotError::Rasterise`], [`PlotError::Write`].
    pub fn write_png(&self, path: &Path, scale: f32) -> Result<(), PlotError> {
        write_atomically(path, &self.png(scale)?)
    }

    /// The picture as the bytes of a PNG file with `scale` pixels per SVG unit.
    ///
    /// # Errors
    /// [`PlotError::Rasterise`] if the scale is not positive or the picture gets too large.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, PlotError> {
        let failed = |reason: String| PlotError::Rasterise { reason };
        let options = usvg::Options {
            fontdb: font::database(),
            font_family: "Inter".to_owned(),
            ..usvg::Options::default()
        };
        let tree = usvg::Tree::from_str(&self.svg, &options).map_err(|e| failed(e.to_string()))?;
        let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
        let fits = |side: f32| (1.0..=MAX_SIDE).contains(&side);
        if !fits(width) || !fits(height) {
            return Err(failed(format!("{width} × {height} pixels is no possible size")));
        }
        let mut pixels = tiny_skia::Pixmap::new(width.round() as u32, height.round() as u32)
            .ok_or_else(|| failed(format!("no memory for {width} × {height} pixels")))?;
        let transform = tiny_skia::Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| failed(e.to_string()))
    }
}

/// Writes beside the target, then renames over it.
fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), PlotError> {
    let failed = |source: io::Error| PlotError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = beside(path);
    let written = (|| {
        let mut file = fs::File::create_new(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    written.map_err(|source| {
        // Best effort: the error worth telling is the first one.
        let _ = fs::remove_file(&temporary);
        failed(source)
    })
}

/// A hidden name in the same folder, different for every process and call.
fn beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{call}.part", std::process::id()))
}
