//! Numbers that the golden scripts make in the same way, by name.
#![allow(dead_code, reason = "each test file uses its own part")]

use serde_json::Value;

/// FNV-1a, 64 bits.
pub(crate) fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// What the scripts call `uniform(name, …)`: from 0 to below 1, a splitmix64 stream seeded by the name.
pub(crate) fn uniform(name: &str, count: i64) -> Vec<f64> {
    let seed = fnv(name);
    let number = |k: u64| {
        let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(k));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f64 / f64::from(1 << 24)
    };
    (1..=count as u64).map(number).collect()
}

/// A list of numbers in a golden file.
pub(crate) fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
