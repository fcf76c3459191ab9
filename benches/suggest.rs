//! Latency of one suggestion of the Gaussian-process sampler, in 10 dimensions.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use surmise::sampler::{self, SamplerSettings};
use surmise::trial::TrialNumber;

mod problem;

/// Numbers of observations.
const SIZES: [usize; 6] = [10, 50, 100, 200, 500, 1000];

fn suggest(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("suggest");
    group.sample_size(10);
    let sampler = sampler::build(&SamplerSettings::Gp(problem::settings()), 7);
    for n in SIZES {
        let (space, history) = problem::history(n);
        group.bench_function(BenchmarkId::from_parameter(n), |bencher| {
            bencher.iter(|| sampler.suggest(&space, &history, TrialNumber(n as u64)));
        });
    }
    group.finish();
}

criterion_group!(benches, suggest);
criterion_main!(benches);
