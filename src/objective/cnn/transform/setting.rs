//! Settings of transforms: what each is where it is left out, and its range.

use crate::config::{Entry, Fields, Problem};

/// A setting's default and range.
pub(super) struct Setting<T> {
    default: Default<T>,
    fits: fn(&T) -> bool,
    expected: &'static str,
}

/// What a setting is where it is left out.
pub(super) enum Default<T> {
    /// Always the same.
    Is(T),
    /// By the side of the images that the network sees.
    OfImages(fn(u32) -> T),
    /// It may not be left out; an example of a list with it.
    Required(&'static str),
}

/// A setting of a transform outside its range.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::objective::cnn) struct OutOfRange {
    /// The setting.
    pub(in crate::objective::cnn) key: &'static str,
    pub(in crate::objective::cnn) found: String,
    pub(in crate::objective::cnn) expected: &'static str,
}

/// A value that a setting can have.
pub(super) trait Value: Sized {
    /// Takes it from YAML.
    fn read(entry: &Entry<'_>) -> Result<Self, Problem>;

    /// Shows it in an error.
    fn show(&self) -> String;
}

impl<T: Value> Setting<T> {
    /// Reads the setting, or takes its default.
    pub(super) fn read(
        self,
        key: &'static str,
        fields: &Fields<'_>,
        image_size: u32,
    ) -> Result<T, Problem> {
        match (fields.get(key), self.default) {
            (Some(entry), _) => T::read(&entry),
            (None, Default::Is(value)) => Ok(value),
            (None, Default::OfImages(default)) => Ok(default(image_size)),
            (None, Default::Required(example)) => T::read(&fields.require(key, example)?),
        }
    }

    /// Checks that a value lies in the range.
    pub(super) fn check(&self, key: &'static str, value: &T) -> Result<(), OutOfRange> {
        if (self.fits)(value) {
            return Ok(());
        }
        Err(OutOfRange { key, found: value.show(), expected: self.expected })
    }
}

/// A side in pixels.
pub(super) fn side(default: Default<u32>) -> Setting<u32> {
    Setting { default, fits: |side| (1..=4096).contains(side), expected: "from 1 to 4096 pixels" }
}

/// The side of the images that the network sees, unless another is given.
pub(super) fn image_side() -> Setting<u32> {
    side(Default::OfImages(|image_size| image_size))
}

/// A margin in pixels, by default none.
pub(super) fn margin() -> Setting<u32> {
    let expected = "from 0 to 1024 pixels";
    Setting { default: Default::Is(0), fits: |margin| (0..=1024).contains(margin), expected }
}

/// How often something happens.
pub(super) fn probability(default: f64) -> Setting<f64> {
    number(Default::Is(default), |p| (0.0..=1.0).contains(p), "from 0 to 1")
}

/// How strong something is: 0 is not at all.
pub(super) fn strength(default: f64) -> Setting<f64> {
    number(Default::Is(default), |x| x.is_finite() && *x >= 0.0, "a finite number from 0")
}

/// Any number in a range.
pub(super) fn number(
    default: Default<f64>,
    fits: fn(&f64) -> bool,
    expected: &'static str,
) -> Setting<f64> {
    Setting { default, fits, expected }
}

/// The least and the largest share of an area.
pub(super) fn shares(default: (f64, f64)) -> Setting<(f64, f64)> {
    Setting {
        default: Default::Is(default),
        fits: |pair| ascending(*pair, 1.0),
        expected: "two ascending shares, above 0 and at most 1",
    }
}

/// The least and the largest width in terms of the height.
pub(super) fn ratios(default: (f64, f64)) -> Setting<(f64, f64)> {
    Setting {
        default: Default::Is(default),
        fits: |pair| ascending(*pair, 1000.0),
        expected: "two ascending numbers above 0, at most 1000",
    }
}

/// Three numbers, one a channel, which must be given.
pub(super) fn channels(
    example: &'static str,
    fits: fn(&[f64; 3]) -> bool,
    expected: &'static str,
) -> Setting<[f64; 3]> {
    Setting { default: Default::Required(example), fits, expected }
}

fn ascending((low, high): (f64, f64), most: f64) -> bool {
    low > 0.0 && low <= high && high <= most
}

impl Value for u32 {
    fn read(entry: &Entry<'_>) -> Result<Self, Problem> {
        entry.count()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for f64 {
    fn read(entry: &Entry<'_>) -> Result<Self, Problem> {
        entry.number()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for (f64, f64) {
    fn read(entry: &Entry<'_>) -> Result<Self, Problem> {
        numbers::<2>(entry).map(Into::into)
    }

    fn show(&self) -> String {
        format!("[{}, {}]", self.0, self.1)
    }
}

impl Value for [f64; 3] {
    fn read(entry: &Entry<'_>) -> Result<Self, Problem> {
        numbers(entry)
    }

    fn show(&self) -> String {
        format!("{self:?}")
    }
}

/// A list of so many numbers.
fn numbers<const N: usize>(list: &Entry<'_>) -> Result<[f64; N], Problem> {
    let numbers = list.list()?.iter().map(Entry::number).collect::<Result<Vec<_>, _>>()?;
    numbers.try_into().map_err(|_| list.expected(&format!("a list of {N} numbers")))
}
