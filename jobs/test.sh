#!/usr/bin/env bash
# Sets up and passes every test: the release build's, those that need double precision, then both builds against the
# Python reference of Tests/Conformance on a fresh trace. Safe to call twice, from any folder, as root or not.
#
#   ACTIVE_BENCH_NO_PYTHON=1   leave the Python reference out (it needs PyPI the first time); its fixtures are tested still
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"
packages=(curl unzip) # jobs/fetch-d4rl.sh and jobs/fetch-kitchen.sh are tested too
packages+=(ffmpeg libosmesa6 libegl1 libegl-mesa0 libgl1-mesa-dri) # what active-bench render runs on
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

run_tests
ACTIVE_BENCH_REAL=double run_tests --scratch-path .build-double --skip AllocationTests \
    --filter 'NumericsTests|NetworksTests|AlgorithmsTests|HarnessTests.ConformanceTests'

if [ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    say "left out: the learners against the Python reference on a fresh trace (ACTIVE_BENCH_NO_PYTHON is set)"
else
    say "the learners against the Python reference, on fresh traces"
    PYTHON=${PYTHON:-/usr/bin/python3} Tests/Conformance/run.sh \
        "$repository/.build-double/release/active-bench" "$repository/.build/release/active-bench" || {
        say "the learners against the Python reference: failed, see above (ACTIVE_BENCH_NO_PYTHON=1 leaves it out)"
        exit 1
    }
fi
