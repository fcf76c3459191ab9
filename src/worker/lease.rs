//! Leases: until when a worker counts as alive where its process cannot be looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::store::{SqliteStore, Store, WorkerId};
use crate::trial::Timestamp;

/// How long a worker may be silent before its trial is given to another, where its process cannot be
/// looked at.
const LEASE: Duration = Duration::from_secs(60);

/// When a lease given now ends.
pub(super) fn lease_end() -> Timestamp {
    Timestamp(Timestamp::now().0 + LEASE.as_micros() as i64)
}

/// Renews a worker's lease on a thread of its own until dropped.
pub(super) struct Lease(Arc<AtomicBool>);

impl Lease {
    pub(super) fn keep(mut store: SqliteStore, worker: WorkerId) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&over);
        thread::spawn(move || {
            while !shared.load(Ordering::Acquire) {
                // A renewal that fails is tried again; three may be missed before the lease ends.
                let _ = store.renew_lease(worker, lease_end());
                thread::park_timeout(LEASE / 4);
            }
        });
        Self(over)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
