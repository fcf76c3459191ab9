//! The networks there are.

/// The networks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelName {
    /// Two convolutions with max pooling, then two linear layers; 46 thousand weights at 64 × 64.
    Bitmoji,
}

impl ModelName {
    /// Its name, as written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bitmoji => "bitmoji",
        }
    }

    /// The smallest `image_size` that leaves a pixel after the last pooling.
    pub fn smallest_image(self) -> u32 {
        match self {
            // 14 → conv 5 → 10 → pool 2 → 5 → conv 3 → 3 → pool 3 → 1
            Self::Bitmoji => 14,
        }
    }
}
