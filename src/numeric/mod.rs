//! Random numbers, hashes and minimisation: what several modules need, each in one place.
//!
//! | file | what |
//! | --- | --- |
//! | `hash` | FNV-1a of bytes, and SplitMix64's mixing of a number |
//! | `normal` | draws of the normal distribution |
//! | `minimize` | L-BFGS, free or in a box |
//!
//! Results are equal to the bit wherever they are computed: suggestions, seeds and files depend on them.

pub mod hash;
pub mod minimize;
pub mod normal;
