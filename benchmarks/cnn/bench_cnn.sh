#!/usr/bin/env bash
# Times the training of the network on data/avatars beside the same in Python, with as many threads.
#
#   [PYTHON=python3] benchmarks/cnn/bench_cnn.sh [REPEATS [EPOCHS [THREADS]]]      default: 3 20 1
#
# PYTHON is an interpreter with torch 2.11 and torchvision. Prints a markdown table: medians over
# the repeats, taken in turns, so that a busy moment of the machine meets all alike.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

repeats=${1:-3} epochs=${2:-20} threads=${3:-1}
python=${PYTHON:-python3}
ours=target/release/examples/train_cnn
"$python" -c 'import torch, torchvision' || {
    echo "$python has no torch and torchvision; set PYTHON to one that has" >&2
    exit 1
}
cargo build --release -p surmise-torch --example train_cnn >&2

export OMP_NUM_THREADS=$threads
# glibc's allocator told to keep what is freed, as train_cnn tells it itself.
keep=(env MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=268435456)
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# timed NAME COMMAND…: appends "CPU-seconds wall-seconds" to NAME's times; output goes to NAME's log.
timed() {
    local name=$1
    shift
    local TIMEFORMAT='%U %S %R'
    { time "$@" >"$results/$name.log" 2>/dev/null; } 2>"$results/one"
    awk '{ print $1 + $2, $3 }' "$results/one" >>"$results/$name"
}

for ((i = 1; i <= repeats; i++)); do
    echo "round $i of $repeats" >&2
    timed folder "$python" benchmarks/cnn/chapter.py folder data/avatars "$epochs"
    timed folder-each "$python" benchmarks/cnn/chapter.py folder data/avatars "$epochs" each
    timed memory "$python" benchmarks/cnn/chapter.py memory data/avatars "$epochs"
    timed memory-each "$python" benchmarks/cnn/chapter.py memory data/avatars "$epochs" each
    timed keep "${keep[@]}" "$python" benchmarks/cnn/chapter.py memory data/avatars "$epochs" each
    timed ours "$ours" data/avatars "$epochs" "$threads"
    # Ends at the missing folder: what is left is its start-up.
    timed start "$ours" "$results/none" 1 || true
done

median() { # of column $2 of $1
    awk -v c="$2" '{ print $c }' "$results/$1" | sort -n |
        awk '{ a[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? a[m] : (a[m] + a[m + 1]) / 2 }'
}
row() { # label, name, start-up
    awk -v label="$1" -v cpu="$(median "$2" 1)" -v wall="$(median "$2" 2)" -v start="$3" -v ours="$(median ours 1)" -v walls="$(median ours 2)" \
        -v accuracy="$(grep -o 'accuracy [0-9.]*' "$results/$2.log" | tail -n 1 | cut -d' ' -f2)" \
        'BEGIN { printf "| %s | %.1f | %.1f | %.1f | %.1f× | %.1f× | %.3f |\n", label, cpu, start, wall, cpu / ours, wall / walls, accuracy }'
}
python_start=$(grep -o 'start-up [0-9.]*' "$results/folder.log" | cut -d' ' -f2)

echo "| $epochs epochs, $threads threads, median of $repeats | CPU s | of it start-up | wall s | CPU to ours | wall to ours | accuracy |"
echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: |'
row 'Python, ImageFolder + DataLoader, accuracy every epoch' folder-each "$python_start"
row 'Python, ImageFolder + DataLoader, accuracy at the end' folder "$python_start"
row 'Python, in memory, accuracy every epoch' memory-each "$python_start"
row 'Python, in memory, accuracy every epoch, allocator keeping' keep "$python_start"
row 'Python, in memory, accuracy at the end' memory "$python_start"
row 'surmise (`train_cnn`), loss and accuracy every epoch' ours "$(median start 1)"
