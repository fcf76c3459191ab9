//! Keeps glibc's allocator from giving memory back between training steps.
//!
//! A step allocates and frees the same activations, 15 MB and more each. By default glibc maps and
//! unmaps every one of them, and the kernel clears its pages anew: two fifths of the CPU time of a
//! training. Kept on the heap, they are simply there.

/// Tells the allocator of this process to keep what is freed. Cheap, and lasting.
#[allow(unsafe_code, reason = "mallopt has no other door")]
pub(crate) fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;

        // glibc's malloc.h
        const M_TRIM_THRESHOLD: c_int = -1;
        const M_TOP_PAD: c_int = -2;
        const M_MMAP_MAX: c_int = -4;
        unsafe extern "C" {
            safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }

        // Nothing in a mapping of its own; the heap grows by 256 MB, and does not shrink below
        // 2 GB. A setting that is refused is one that stays as it was.
        mallopt(M_MMAP_MAX, 0);
        mallopt(M_TOP_PAD, 256 << 20);
        mallopt(M_TRIM_THRESHOLD, c_int::MAX);
    }
}
