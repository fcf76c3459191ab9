//! Asking a trial to stop.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What wakes an objective that waits for something else.
pub(crate) type Waker = dyn Fn() + Send + Sync;

/// A flag that asks a running trial to stop; clones share it.
#[derive(Clone, Default)]
pub struct StopFlag(Arc<Shared>);

#[derive(Default)]
struct Shared {
    raised: AtomicBool,
    wakers: Mutex<Vec<Weak<Waker>>>,
}

impl StopFlag {
    /// Asks to stop.
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::Release);
        let wakers = self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.iter().filter_map(Weak::upgrade).for_each(|wake| wake());
    }

    /// Whether stopping was asked for.
    pub fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }

    /// Calls `wake`, for as long as its owner keeps it, whenever the flag is raised; at once if it is
    /// already. It must not wait: it may run on the thread that raises.
    pub(crate) fn on_raise(&self, wake: &Arc<Waker>) {
        {
            let mut wakers = self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner);
            wakers.retain(|waker| waker.strong_count() > 0);
            wakers.push(Arc::downgrade(wake));
        }
        if self.is_raised() {
            wake();
        }
    }
}

impl fmt::Debug for StopFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StopFlag").field(&self.is_raised()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn who_waits_is_woken_before_and_after_the_flag_is_raised() {
        let woken = Arc::new(AtomicUsize::new(0));
        let count = |woken: &Arc<AtomicUsize>| -> Arc<Waker> {
            let woken = Arc::clone(woken);
            Arc::new(move || {
                woken.fetch_add(1, Ordering::AcqRel);
            })
        };
        let (flag, early, late) = (StopFlag::default(), count(&woken), count(&woken));
        flag.on_raise(&early);
        flag.on_raise(&count(&woken)); // dropped at once
        assert_eq!(woken.load(Ordering::Acquire), 0);
        flag.raise();
        assert_eq!(woken.load(Ordering::Acquire), 1);
        flag.on_raise(&late);
        assert_eq!(woken.load(Ordering::Acquire), 2);
    }
}
