#!/usr/bin/env bash
# Times fine-tuning of SqueezeNet 1.1 on data/avatars beside the same in Python, with one thread and two.
#
#   [PYTHON=python3] benchmarks/cnn/bench_squeezenet.sh [REPEATS]      default: 3
#
# PYTHON is an interpreter with torch 2.11, torchvision and safetensors. Prints seconds of an epoch (learning
# and measuring), medians over the repeats, taken in turns.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

repeats=${1:-3} python=${PYTHON:-python3} ours=target/release/surmise
weights=data/weights/squeezenet1_1.safetensors
cargo build --release --workspace >&2
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

for ((i = 1; i <= repeats; i++)); do
    for threads in 1 2; do
        echo "round $i of $repeats, $threads threads" >&2
        OMP_NUM_THREADS=$threads "$python" benchmarks/cnn/squeezenet.py data/avatars $weights 1 $threads |
            awk '/^best/ { print $2 }' >>"$results/python-$threads"
        OMP_NUM_THREADS=$threads "$ours" train experiments/transfer.yaml --epochs 1 --set threads=$threads --set \
            "model={\"type\":\"squeezenet1_1\",\"weights\":\"$weights\",\"trainable\":\"all\"}" --set \
            'optimizer={"type":"adam","lr":1e-4}' --out "$results/model" --plots "$results" 2>&1 >/dev/null |
            awk '/^epoch/ { print $(NF - 1) }' >>"$results/surmise-$threads"
    done
done

median() {
    sort -n "$1" | awk '{ a[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? a[m] : (a[m] + a[m + 1]) / 2 }'
}
echo '| seconds of an epoch | Python, in memory | surmise | ratio |'
echo '| --- | ---: | ---: | ---: |'
for threads in 1 2; do
    awk -v t=$threads -v p="$(median "$results/python-$threads")" -v s="$(median "$results/surmise-$threads")" \
        'BEGIN { printf "| %d thread%s | %.1f | %.1f | %.2f× |\n", t, (t > 1 ? "s" : ""), p, s, p / s }'
done
