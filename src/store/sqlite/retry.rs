//! Waiting for a lock that another process holds.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::error::Failure;

/// First pause. A transaction of this store takes about as long.
const FIRST: Duration = Duration::from_micros(100);
/// Longest pause: short against the patience of a person, long against a transaction.
const LONGEST: Duration = Duration::from_millis(25);

/// Does `work` until it is no longer turned away by another's lock, or `patience` has run out. Pauses
/// double and are jittered, so that waiting processes don't knock in step. `work` must leave nothing
/// behind when it fails.
pub(super) fn retry<T>(
    patience: Duration,
    mut work: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let begin = Instant::now();
    let mut pause = FIRST;
    loop {
        match work() {
            Err(failure) if failure.is_busy() => {
                let left = patience.saturating_sub(begin.elapsed());
                if left.is_zero() {
                    return Err(failure);
                }
                thread::sleep(pause.mul_f64(jitter()).min(left));
                pause = (pause * 2).min(LONGEST);
            }
            result => return result,
        }
    }
}

/// A number in [½, 1), different in every process and at every call: `RandomState` is seeded anew by
/// the system and counts its instances.
fn jitter() -> f64 {
    0.5 + (RandomState::new().hash_one(0) >> 11) as f64 / (1u64 << 54) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Failure {
        Failure::Sql(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        ))
    }

    #[test]
    fn a_lock_is_waited_for_and_other_failures_are_not() {
        let mut left = 5;
        let done = retry(Duration::from_secs(10), || {
            left -= 1;
            if left == 0 { Ok("done") } else { Err(busy()) }
        });
        assert!(matches!(done, Ok("done")));

        let mut calls = 0;
        let failed: Result<(), _> = retry(Duration::from_secs(10), || {
            calls += 1;
            Err(Failure::ReadOnly)
        });
        assert!(matches!(failed, Err(Failure::ReadOnly)));
        assert_eq!(calls, 1);
    }

    #[test]
    fn patience_ends() {
        let begin = Instant::now();
        let patience = Duration::from_millis(60);
        let failed: Result<(), _> = retry(patience, || Err(busy()));
        assert!(failed.is_err_and(|f| f.is_busy()));
        assert!(begin.elapsed() >= patience);
        assert!(begin.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn jitter_spreads_over_its_range() {
        let draws: Vec<f64> = (0..2000).map(|_| jitter()).collect();
        assert!(draws.iter().all(|j| (0.5..1.0).contains(j)));
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        assert!((mean - 0.75).abs() < 0.02, "{mean}");
    }
}
