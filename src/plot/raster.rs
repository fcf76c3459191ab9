//! Images in pictures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use resvg::tiny_skia::{IntSize, Pixmap};

use super::PlotError;

/// An image as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Raster {
    /// An image of `width` × `height` pixels, each three bytes (red, green, blue), by rows.
    ///
    /// # Errors
    /// [`PlotError::Raster`] if that is not the number of bytes, or no bytes at all.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, PlotError> {
        let expected = u64::from(width) * u64::from(height) * 3;
        if expected == 0 || rgb.len() as u64 != expected {
            return Err(PlotError::Raster { width, height, bytes: rgb.len() });
        }
        Ok(Self { width, height, rgb })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The image as a PNG inside a URI.
    pub(super) fn data_uri(&self) -> Result<String, PlotError> {
        let failed = || PlotError::Draw { reason: "an image could not be encoded".to_owned() };
        let opaque = self.rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], u8::MAX]).collect();
        let png = IntSize::from_wh(self.width, self.height)
            .and_then(|size| Pixmap::from_vec(opaque, size))
            .and_then(|pixels| pixels.encode_png().ok())
            .ok_or_else(failed)?;
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(png)))
    }
}
