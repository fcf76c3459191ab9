//! Independent uniform draws.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::distinct::choose;
use super::{Sampler, SamplerError, Suggestion};
use crate::config::{Fields, Problem};
use crate::space::SearchSpace;
use crate::trial::{History, Origin, TrialNumber};

/// Reads the settings, of which there are none.
pub(super) fn read(fields: &Fields<'_>) -> Result<(), Problem> {
    fields.only("the `random` sampler", &["type"])
}

/// The sampler.
pub(super) fn sampler(seed: u64) -> Box<dyn Sampler> {
    Box::new(RandomSampler { seed })
}

/// Draws every parameter uniformly on its scale. Trial `number` has its own stream, keyed by the seed
/// and the number, so its draw does not depend on any other.
#[derive(Clone, Copy, Debug)]
struct RandomSampler {
    seed: u64,
}

impl Sampler for RandomSampler {
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError> {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&number.0.to_le_bytes());
        let mut stream = ChaCha12Rng::from_seed(key);
        let draws = std::iter::repeat_with(|| (0..space.len()).map(|_| stream.random()).collect());
        let unit = choose(space, history, draws)?;
        Ok(Suggestion { params: space.decode(&unit), origin: Origin::Random })
    }
}
