#!/usr/bin/env bash
# Sets up and passes every test: the release build's, those that need double precision, then both builds against the
# Python reference of Tests/Conformance on a fresh trace, and the environments against those of Gymnasium (Tests/Peers).
# Safe to call twice, from any folder, as root or not.
#
#   ACTIVE_BENCH_NO_PYTHON=1   leave Python out (it needs PyPI the first time); the fixtures made with it are tested still,
#                              and the kitchen's files are fetched from PyPI still, once
set -euo pipefail
export ACTIVE_BENCH_BF16=1
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"
packages=(curl unzip) # jobs/fetch-d4rl.sh and jobs/fetch-kitchen.sh are tested too
packages+=(ffmpeg libosmesa6 libegl1 libegl-mesa0 libgl1-mesa-dri) # what active-bench render runs on
packages+=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge iproute2) # a Slurm for the batch scripts…
without=()
if [ "$(id -u)" -ne 0 ]; then # … whose daemons run as root only
    say "left out: the batch scripts on a real Slurm (not root)"
    without=(--skip SlurmTests)
fi
if ! grep -qE 'avx512_bf16|amx_bf16' /proc/cpuinfo; then
    say "left out: products in bfloat16 (the processor has no AVX512-BF16 and no AMX)"
    without+=(--skip BFloat16)
fi
[ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ] || packages+=(python3-venv)
install_missing_packages
jobs/fetch-kitchen.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Ranks, BLAS and timing do not go together with tests that run at once.
run_tests() {
    local status
    set +e
    swift test -c release --disable-testable-imports --no-parallel "$@" 2>&1 | tee "$log" | grep -vE '◇|^\['
    status=${PIPESTATUS[0]}
    set -e
    if [ "$status" -ne 0 ]; then exit 1; fi
    if grep -qiE 'skipped|known issue' "$log"; then
        say "tests were skipped or expected to fail; none may be"
        exit 1
    fi
}

run_tests "${without[@]}"
ACTIVE_BENCH_REAL=double run_tests --scratch-path .build-double --skip AllocationTests \
    --filter 'NumericsTests|NetworksTests|AlgorithmsTests|HarnessTests.ConformanceTests'

# WHAT COMMAND …: says what is proven, and when it was not.
prove() {
    local what=$1
    shift
    if [ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
        say "left out: $what (ACTIVE_BENCH_NO_PYTHON is set)"
        return
    fi
    say "$what"
    PYTHON=${PYTHON:-/usr/bin/python3} "$@" || {
        say "$what: failed, see above (ACTIVE_BENCH_NO_PYTHON=1 leaves it out)"
        exit 1
    }
}

prove "the learners against the Python reference, on fresh traces" Tests/Conformance/run.sh \
    "$repository/.build-double/release/active-bench" "$repository/.build/release/active-bench"
prove "the environments against Gymnasium's, from fresh states" Tests/Peers/run.sh \
    "$repository/.build/release/peer-steps"
