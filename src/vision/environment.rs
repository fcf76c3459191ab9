//! The environment in which a worker's libtorch is fast.
//!
//! These variables are read once, before `main`: by glibc's allocator and by the OpenMP runtime.
//! So whoever starts a worker sets them; setting them inside the process comes too late.

/// Variables for the environment of a process that trains with `threads` threads. A variable that
/// the user has set already should win.
pub fn worker_environment(threads: usize) -> [(&'static str, String); 5] {
    [
        // A training step allocates and frees the same activations of 15 MB and more. With its
        // defaults glibc maps and unmaps each (a third of a step goes into page faults); with
        // these it keeps them on its heap.
        ("MALLOC_MMAP_THRESHOLD_", 2_000_000_000_u64.to_string()),
        ("MALLOC_TRIM_THRESHOLD_", 4_000_000_000_u64.to_string()),
        ("MALLOC_TOP_PAD_", (256_u64 << 20).to_string()),
        ("OMP_NUM_THREADS", threads.to_string()),
        // Threads that wait by spinning take the cores from those that work.
        ("OMP_WAIT_POLICY", "passive".to_owned()),
    ]
}
