//! The scrambled Sobol sequence alone.

use super::distinct::choose;
use super::{Sampler, SamplerError, Suggestion};
use crate::config::{Fields, Problem};
use crate::space::{SearchSpace, SobolSequence};
use crate::trial::{History, Origin, TrialNumber};

/// Reads the settings, of which there are none.
pub(super) fn read(fields: &Fields<'_>) -> Result<(), Problem> {
    fields.only("the `sobol` sampler", &["type"])
}

/// The sampler.
pub(super) fn sampler(seed: u64) -> Box<dyn Sampler> {
    Box::new(SobolSampler { seed })
}

/// Distance between the points that stand in for one already seen: far beyond the numbers of a
/// study's trials, so no stand-in is another trial's own point.
pub(super) const STRIDE: u64 = 1 << 20;

/// Trial `number` gets point `number` of the sequence scrambled by `seed`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SobolSampler {
    pub(super) seed: u64,
}

impl Sampler for SobolSampler {
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError> {
        let sequence = SobolSequence::scrambled(space.len(), self.seed)?;
        let indices = (0..).map(|i: u64| number.0.wrapping_add(i.wrapping_mul(STRIDE)));
        let unit = choose(space, history, indices.map(|i| sequence.point(i)))?;
        Ok(Suggestion { params: space.decode(&unit), origin: Origin::Sobol })
    }
}
