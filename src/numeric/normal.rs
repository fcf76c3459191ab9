//! Draws of the normal distribution.

use rand::Rng;

/// A draw of the standard normal (Box & Muller 1958), from two uniform ones. The functions are the
/// standard library's, whose last bits depend on the machine.
pub fn standard_normal(random: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}

/// Two independent draws of the standard normal (Box & Muller 1958), equal to the last bit on every
/// machine, by libm's functions.
pub fn two_standard_normals(random: &mut impl Rng) -> [f64; 2] {
    // In (0, 1], where the logarithm is finite.
    let radius = (-2.0 * libm::log(1.0 - random.random::<f64>())).sqrt();
    let angle = std::f64::consts::TAU * random.random::<f64>();
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use super::*;

    #[test]
    fn moments_are_those_of_the_standard_normal() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        let mut draws: Vec<f64> = (0..10_000).map(|_| standard_normal(&mut random)).collect();
        draws.extend((0..5000).flat_map(|_| two_standard_normals(&mut random)));
        let moment = |k: i32| draws.iter().map(|z| z.powi(k)).sum::<f64>() / draws.len() as f64;
        // Four standard errors: √(1, 2, 15, 96) / √20,000.
        for (k, expected, error) in
            [(1, 0.0, 0.007), (2, 1.0, 0.01), (3, 0.0, 0.027), (4, 3.0, 0.07)]
        {
            assert!((moment(k) - expected).abs() < 4.0 * error, "{k}: {}", moment(k));
        }
    }
}
