#!/usr/bin/env bash
# Checks that results do not depend on the processor: runs a small study and a rollout here, then on processors that
# qemu emulates, whose arithmetic is its own, and compares all files. A minute.
#
#   jobs/portability.sh                       Haswell (Intel, AVX2) and EPYC (AMD, AVX2)
#   jobs/portability.sh Skylake-Client max    others of `qemu-x86_64 -cpu help`
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
packages=(qemu-user)
install_missing_packages
unset ACTIVE_BENCH_PRODUCTS ACTIVE_BENCH_VECTOR_BYTES

processors=("$@")
[ $# -gt 0 ] || processors=(Haswell EPYC)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ACTIVE_BENCH_DATA=$scratch

study=$repository/jobs/studies/portability.yaml

# FOLDER COMMAND …: the rollout and the study's files in FOLDER, by a command in front of the program.
results() {
    local out=$1
    shift
    mkdir "$out"
    "$@" "$binary" collect rollout --env hopper --policy "$repository/results/behaviour/hopper/medium.safetensors" \
        --transitions 3000 --out "$out/rollout.hdf5" 2>"$out.log" >/dev/null
    [ -e "$scratch/hopper_medium-r1.hdf5" ] || cp "$out/rollout.hdf5" "$scratch/hopper_medium-r1.hdf5"
    "$@" "$binary" run "$study" --out "$out/run" --keep-checkpoints 2>>"$out.log" >/dev/null
}

results "$scratch/here" env
for processor in "${processors[@]}"; do
    results "$scratch/$processor" qemu-x86_64 -cpu "$processor" || { cat "$scratch/$processor.log" >&2; exit 1; }
    diff -r --exclude provenance.json --exclude timing.csv "$scratch/here/run/cases" "$scratch/$processor/run/cases"
    cmp "$scratch/here/rollout.hdf5" "$scratch/$processor/rollout.hdf5"
    echo "$processor: the same files"
done
