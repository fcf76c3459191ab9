#!/usr/bin/env bash
# Checks a built binary on a machine with CUDA, and times trainings there.
#
#   scripts/gpu-check.sh BINARY [TESTS]
#
#   BINARY   surmise, with surmise-torch beside it (built with either flavour of libtorch)
#   TESTS    the test binary of crates/surmise-torch; by default the newest beside BINARY, if any
#
# Needs the CUDA flavour of libtorch 2.11.0: that of LIBTORCH, else of .libtorch/, else of the
# PyTorch that PYTHON (python3) imports. Exit code 0: all went well; 1: something failed; 2: no CUDA.
set -euo pipefail

say() { printf 'gpu-check: %s\n' "$*" >&2; }
[[ $# -ge 1 && -x $1 ]] || {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
    exit 1
}
binary=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=${2:-$(ls -t "$(dirname "$binary")"/deps/it-* 2>/dev/null | grep -v '\.d$' | xargs -r grep -l 'cuda::cuda_' | head -n 1 || true)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- libtorch ---------------------------------------------------------------------------------

torch_of_python() {
    "${PYTHON:-python3}" - 2>/dev/null <<'PY'
import pathlib
import torch
assert torch.__version__.split("+")[0] == "2.11.0"
print(pathlib.Path(torch.__file__).parent / "lib")
PY
}
lib=
for folder in "${LIBTORCH:+$LIBTORCH/lib}" .libtorch/lib "$(torch_of_python || true)"; do
    if [[ -n $folder && -e $folder/libtorch_cuda.so ]]; then
        lib=$(realpath "$folder")
        break
    fi
done
[[ -n $lib ]] || {
    say "no CUDA flavour of libtorch 2.11.0: set LIBTORCH, or PYTHON to one with torch 2.11.0, or call scripts/libtorch.sh cuda"
    exit 2
}
say "libtorch from $lib"
export LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

# --- what the binary sees ---------------------------------------------------------------------

"$binary" doctor --db "$work/studies.db" | tee "$work/doctor" || true
grep -Eq 'cuda:0( |$)' "$work/doctor" || {
    say "the binary sees no CUDA device (its words are above)"
    exit 2
}

# --- tests ------------------------------------------------------------------------------------

if [[ -n $tests && -x $tests ]]; then
    "$tests" cuda::
else
    say "no test binary beside $binary: the CUDA tests are left out"
fi

# --- trainings --------------------------------------------------------------------------------

# epochs NAME ARGUMENTS…: trains, and prints the median seconds of an epoch but the first, which warms up.
epochs() {
    local name=$1
    shift
    if ! "$binary" train "$@" --device cuda --out "$work/model.safetensors" --plots "$work" >/dev/null 2>"$work/log"; then
        cat "$work/log" >&2
        say "$name: the training failed (its words are above)"
        exit 1
    fi
    awk '/^epoch/ && $NF == "s" { print $(NF - 1) }' "$work/log" | tail -n +2 | sort -n |
        awk -v name="$name" '{ a[NR] = $1 } END { if (NR) printf "| %s | %.3f |\n", name, a[int((NR + 1) / 2)] }'
}
transfer='model={"type":"squeezenet1_1","weights":"data/weights/squeezenet1_1.safetensors"}'
echo '| seconds of an epoch on cuda | median |'
echo '| --- | ---: |'
epochs 'bitmoji, 64 px' experiments/avatars.yaml
epochs 'bitmoji, 64 px, bf16' experiments/avatars.yaml --set precision=bf16
epochs 'bitmoji, 64 px, augmented on the device' experiments/augment.yaml
epochs 'bitmoji, 64 px, read and augmented by threads' experiments/augment.yaml --set data.cache=disk
epochs 'SqueezeNet, all of it, 128 px' experiments/transfer.yaml --epochs 5 --set "$transfer"
epochs 'SqueezeNet, all of it, 128 px, bf16' experiments/transfer.yaml --epochs 5 --set "$transfer" --set precision=bf16

# --- the demo ---------------------------------------------------------------------------------

start=$(date +%s.%N)
"$binary" run experiments/avatars.yaml --device cuda --db "$work/studies.db" --plots "$work/plots"
end=$(date +%s.%N)
"$binary" show avatars --json --db "$work/studies.db" >"$work/study.json"
"${PYTHON:-python3}" - "$work/study.json" "$start" "$end" <<'PY'
import json
import sys

study = json.load(open(sys.argv[1]))
trials = [t for t in study["trials"] if t["state"] == "complete"]
if not trials:
    sys.exit("gpu-check: no trial was completed")
wall = float(sys.argv[3]) - float(sys.argv[2])
best = max(t["value"] for t in trials)
print(f"gpu-check: {len(trials)} trials on cuda in {wall:.1f} s, {wall / len(trials):.2f} s a trial, best {best:.4f}")
PY
