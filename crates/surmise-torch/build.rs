//! Tells the linker where libtorch lies.
//!
//! The folders go into the binary's RUNPATH, which `LD_LIBRARY_PATH` precedes: a binary carried to
//! another machine can be pointed at the libtorch of a Python installation there.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // torch-sys says so to its direct dependents.
    let built_with = env::var("DEP_TCH_LIBTORCH_LIB")
        .expect("torch-sys, a direct dependency, sets DEP_TCH_LIBTORCH_LIB");
    println!("cargo:rustc-link-arg=-Wl,--enable-new-dtags");
    for folder in [
        built_with.as_str(),
        // A checkout that was moved: seen from target/debug and from target/debug/deps.
        "$ORIGIN/../../.libtorch/lib",
        "$ORIGIN/../../../.libtorch/lib",
        // A binary unpacked with a libtorch beside it.
        "$ORIGIN/libtorch/lib",
    ] {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
