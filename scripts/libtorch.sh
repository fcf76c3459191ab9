#!/usr/bin/env bash
# Puts libtorch 2.11.0, which the package surmise-torch links, under .libtorch/ of this checkout.
#
#   scripts/libtorch.sh [cpu|cuda]      default: cpu
#
#   cpu    0.5 GB on disk after 0.54 GB of downloads: enough to build anything here. A binary built
#          with it uses CUDA on a machine where it meets a whole libtorch (LD_LIBRARY_PATH).
#   cuda   3.7 GB on disk after 2.5 GB of downloads: the same plus CUDA 13, cuDNN and NCCL.
#
# The files come from PyPI's wheels by pip, pinned by version and SHA-256. A second call does
# nothing; an interrupted one keeps the wheels it has. An existing LIBTORCH (a folder with lib/ and
# include/) or LIBTORCH_USE_PYTORCH=1 is respected: then nothing is fetched.
set -euo pipefail

version=2.11.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dest=$root/.libtorch
part=$root/.libtorch.part # beside it, so that the last step is a rename

say() { printf 'libtorch: %s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# name==version, SHA-256 of the wheel. The first three make the cpu flavour: libtorch_cpu.so of
# PyPI's torch is linked against CUDA's runtime and profiler libraries, and against no other.
wheels="\
torch==2.11.0 7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a
nvidia-cuda-runtime==13.0.96 7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
nvidia-cuda-cupti==13.0.85 4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8
nvidia-cublas==13.1.0.3 ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171
nvidia-cuda-nvrtc==13.0.88 ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575
nvidia-cudnn-cu13==9.19.0.56 d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf
nvidia-cufft==12.0.0.61 6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3
nvidia-cufile==1.15.1.6 08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44
nvidia-curand==10.4.0.35 1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc
nvidia-cusolver==12.0.4.66 0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112
nvidia-cusparse==12.6.3.3 2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b
nvidia-cusparselt-cu13==0.8.0 25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd
nvidia-nccl-cu13==2.28.9 e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42
nvidia-nvjitlink==13.0.88 13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b
nvidia-nvshmem-cu13==3.4.5 290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80
nvidia-nvtx==13.0.85 4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4"

case ${1:-cpu} in
    cpu)
        flavour=cpu mark=$version+cpu need_mb=1150
        size='0.54 GB to download (about a minute at 100 Mbit/s), 0.5 GB on disk'
        wheels=$(head -n 3 <<<"$wheels")
        ;;
    cuda)
        flavour=cuda mark=$version+cu130 need_mb=6500
        size='2.5 GB to download (about four minutes at 100 Mbit/s), 3.7 GB on disk'
        ;;
    -h | --help)
        sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) die "unknown flavour '$1': cpu or cuda" ;;
esac

# --- somebody else's libtorch -----------------------------------------------------------------

if [[ -n ${LIBTORCH_USE_PYTORCH:-} ]]; then
    say "LIBTORCH_USE_PYTORCH is set: the build will use Python's torch (it must be $version); nothing to do"
    exit 0
fi
if [[ -n ${LIBTORCH:-} && $(realpath -m "$LIBTORCH") != "$(realpath -m "$dest")" ]]; then
    [[ -e $LIBTORCH/lib/libtorch_cpu.so ]] ||
        die "LIBTORCH=$LIBTORCH holds no lib/libtorch_cpu.so; correct it, or unset it and call again"
    say "LIBTORCH=$LIBTORCH is set: the build will use it (it must be $version); nothing to do"
    exit 0
fi

# --- already there ----------------------------------------------------------------------------

present() {
    local found
    found=$(cat "$dest/build-version" 2>/dev/null) && [[ -s $dest/lib/libtorch_cpu.so ]] || return 1
    # The cuda flavour holds all that the cpu flavour does.
    [[ $found == "$mark" || ($flavour == cpu && $found == "$version+cu130") ]] || return 1
    say "$found is in $dest; nothing to do"
}
present && exit 0

# --- what it needs ----------------------------------------------------------------------------

[[ $(uname -sm) == 'Linux x86_64' ]] ||
    die "this script knows x86-64 Linux only, and this is $(uname -sm). Install libtorch $version yourself and set LIBTORCH to its folder"
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2) ||
    die "PyTorch's binaries need glibc 2.28 or newer, and this system has another C library"
[[ $(printf '%s\n' 2.28 "$glibc" | sort -V | head -n 1) == 2.28 ]] ||
    die "PyTorch's binaries need glibc 2.28 or newer, and this system has $glibc"
command -v python3 >/dev/null ||
    die "python3 is not on the PATH (Debian, Ubuntu: apt-get install python3 python3-pip)"

mkdir -p "$part/wheels" || die "cannot write to $root"
exec 9>"$part/lock"
if command -v flock >/dev/null && ! flock -n 9; then
    say "another call is at work; waiting for it"
    flock 9
    present && exit 0
    mkdir -p "$part/wheels" # the other one may have been a different flavour, and cleaned up
fi

free_mb=$(df -Pm "$part" | awk 'NR == 2 { print $4 }')
have_mb=$(du -sm "$part/wheels" | cut -f1)
((free_mb + have_mb >= need_mb)) ||
    die "needs $need_mb MB free while it works (the downloads and what comes out of them), and $root has $free_mb MB"

pip=(python3 -m pip)
if ! "${pip[@]}" --version >/dev/null 2>&1; then
    say "python3 has no pip; making a virtual environment that does"
    python3 -m venv "$part/venv" >/dev/null 2>&1 && "$part/venv/bin/python" -m pip --version >/dev/null 2>&1 ||
        die "python3 has neither pip nor a working venv (Debian, Ubuntu: apt-get install python3-pip)"
    pip=("$part/venv/bin/python" -m pip)
fi

# --- fetch ------------------------------------------------------------------------------------

say "getting libtorch $version ($flavour) into $dest: $size"

# One named wheel whatever Python this is; pip matches a manylinux tag only if it is spelled out.
tags=(--only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none
    --platform manylinux1_x86_64 --platform manylinux2010_x86_64 --platform manylinux2014_x86_64)
for minor in {5..28}; do tags+=(--platform "manylinux_2_${minor}_x86_64"); done
# pip from 25.1 on can take up a download that broke off in the middle.
if "${pip[@]}" download --help 2>/dev/null | grep -q -- --resume-retries; then
    tags+=(--resume-retries 5)
fi

while read -r name sha256; do
    echo "$name --hash=sha256:$sha256" >"$part/requirement.txt"
    PIP_REQUIRE_VIRTUALENV=0 "${pip[@]}" download --disable-pip-version-check --no-deps --require-hashes \
        "${tags[@]}" --dest "$part/wheels" --requirement "$part/requirement.txt" >&2 </dev/null ||
        die "pip could not get $name (its words are above). Is the network up? What has arrived is kept: call again to go on"
done <<<"$wheels"

# --- arrange ----------------------------------------------------------------------------------

say "unpacking"
rm -rf "$part/libtorch"
python3 - "$part" "$flavour" "$mark" <<'PY' || die "could not unpack the wheels (is the disk full?)"
import os
import pathlib
import shutil
import sys
import zipfile

part, flavour, mark = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
out = part / "libtorch"
lib = out / "lib"
lib.mkdir(parents=True)

CPU = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcudart.so.13", "libcupti.so.13"}
PYTHON_ONLY = {"libtorch_python.so", "libshm.so"}


def target(name):
    """Where a wheel's member goes, or None. All libraries lie in one folder: their own rpath
    ends with it."""
    base = os.path.basename(name)
    if name.startswith("torch/include/"):
        return out / name[len("torch/"):]
    library = os.path.basename(os.path.dirname(name)) == "lib" and ".so" in base
    if library and (base in CPU or (flavour == "cuda" and base not in PYTHON_ONLY)):
        return lib / base
    return None


for wheel in sorted((part / "wheels").glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:  # which checks each member's CRC as it reads
        for member in archive.infolist():
            path = None if member.is_dir() else target(member.filename)
            if path is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)

missing = CPU - set(os.listdir(lib))
if missing:
    sys.exit(f"libtorch: the wheels lack {', '.join(sorted(missing))}")
# A linker script, no library: nothing built here may name libtorch.so or libtorch_cuda.so as
# needed, or it would not start where they are absent.
(lib / "libtorch.so").unlink(missing_ok=True)
(lib / "libtorch.so").write_text("INPUT ( -ltorch_cpu -lc10 )\n")
(lib / "libgomp.so").symlink_to("libgomp.so.1")
(out / "build-version").write_text(mark + "\n")
PY

rm -rf "$dest"
mv "$part/libtorch" "$dest"
rm -rf "$part"
say "done: $mark in $dest ($(du -sh "$dest" | cut -f1))"
