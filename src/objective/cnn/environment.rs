//! The environment in which a worker's libtorch behaves on shared cores.
//!
//! The OpenMP runtime reads these variables once, before `main`. So whoever starts a worker sets
//! them; setting them inside the process comes too late.

/// The variable by which `surmise` tells its version to `surmise-torch`, which serves no other.
pub const CALLER_VERSION: &str = "SURMISE_CALLER_VERSION";

/// Variables for the environment of a process that trains with `threads` threads. A variable that
/// the user has set already should win.
pub fn worker_environment(threads: usize) -> [(&'static str, String); 2] {
    [
        ("OMP_NUM_THREADS", threads.to_string()),
        // Threads that wait by spinning take the cores from those that work: on two busy cores a
        // training of two threads took ten times as long.
        ("OMP_WAIT_POLICY", "passive".to_owned()),
    ]
}
