//! CPU time beside wall time of one suggestion of the Gaussian-process sampler, in 10 dimensions.
//!
//! `cargo bench --bench suggest_cpu` prints a table: observations, repetitions, wall and CPU
//! milliseconds a suggestion (CPU from `/proc/self/stat`, so Linux only; its clock ticks are 10 ms,
//! hence the repetitions).

use std::time::Instant;

use surmise::sampler::{self, SamplerSettings};
use surmise::trial::TrialNumber;

mod problem;

/// Repetitions last at least this long together.
const AT_LEAST_SECONDS: f64 = 2.0;

/// Numbers of observations.
const SIZES: [usize; 6] = [10, 50, 100, 200, 500, 1000];

fn main() {
    // `cargo test` runs benches without this flag.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    println!("| n | suggestions | wall ms | CPU ms |");
    println!("| ---: | ---: | ---: | ---: |");
    let sampler = sampler::build(&SamplerSettings::Gp(problem::settings()), 7);
    for n in SIZES {
        let (space, history) = problem::history(n);
        let suggest = || sampler.suggest(&space, &history, TrialNumber(n as u64)).unwrap();
        std::hint::black_box(suggest());
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let mut count = 0;
        while count < 3 || start.elapsed().as_secs_f64() < AT_LEAST_SECONDS {
            std::hint::black_box(suggest());
            count += 1;
        }
        let each = 1e3 / f64::from(count);
        let wall = start.elapsed().as_secs_f64() * each;
        let cpu = (cpu_seconds() - cpu) * each;
        println!("| {n} | {count} | {wall:.2} | {cpu:.2} |");
    }
}

/// User and system time of this process so far; NaN where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields after the command, which is in parentheses and may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |i: usize| fields.split_whitespace().nth(i)?.parse::<f64>().ok();
    // USER_HZ is 100 on every Linux a program can see.
    ticks(11).zip(ticks(12)).map_or(f64::NAN, |(user, system)| (user + system) / 100.0)
}
