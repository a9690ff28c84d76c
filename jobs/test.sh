#!/usr/bin/env bash
# Sets up and passes every test: the release build's, then those that need double precision.
# Safe to call twice, from any folder, as root or not.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"
packages=(curl) # jobs/fetch-d4rl.sh is tested too
install_missing_packages

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
    --filter 'NumericsTests|NetworksTests|AlgorithmsTests'
