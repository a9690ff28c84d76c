#!/usr/bin/env bash
# Sets up and passes every test: the release build's, those that need double precision, then both builds against the
# Python reference of Tests/Conformance on a fresh trace, and the environments against those of Gymnasium (Tests/Peers).
# Safe to call twice, from any folder, as root or not.
#
#   ACTIVE_BENCH_NO_PYTHON=1   leave Python out (it needs PyPI the first time); the fixtures made with it are tested still,
#                              and the kitchen's files are fetched from PyPI still, once
#
# What measures no time is done side by side: first the builds and the Python environments, last the checks in double
# precision and those against Python. The tests of the release build have the machine to themselves.
set -euo pipefail
export ACTIVE_BENCH_BF16=1
build_later=1
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"
packages+=(curl unzip) # jobs/fetch-d4rl.sh and jobs/fetch-kitchen.sh are tested too
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
require_swift

outputs=$(mktemp -d)
declare -A begun
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$outputs"' EXIT

# NAME COMMAND …: begins it, beside whatever else is done; its output comes with `end`.
begin() {
    local name=$1
    shift
    "$@" >"$outputs/$name" 2>&1 &
    begun[$name]=$!
}

# NAME WHAT: waits for it, and prints what it printed; ends the tests if it has failed.
end() {
    local status=0
    wait "${begun[$1]}" || status=$?
    cat "$outputs/$1"
    if [ "$status" -ne 0 ]; then
        say "$2: failed, see above"
        exit 1
    fi
}

# Ranks, BLAS and timing do not go together with tests that run at once.
run_tests() {
    local log status
    log=$(mktemp -p "$outputs")
    set +e
    swift test -c release --disable-testable-imports --no-parallel "$@" 2>&1 | tee "$log" | grep -vE '◇|^\['
    status=${PIPESTATUS[0]}
    set -e
    if [ "$status" -ne 0 ]; then return 1; fi
    if grep -qiE 'skipped|known issue' "$log"; then
        say "tests were skipped or expected to fail; none may be"
        return 1
    fi
}

double_build() { ACTIVE_BENCH_REAL=double swift build -c release --build-tests --scratch-path .build-double; }

double_tests() {
    ACTIVE_BENCH_REAL=double run_tests --scratch-path .build-double --skip AllocationTests \
        --filter 'NumericsTests|NetworksTests|AlgorithmsTests|HarnessTests.ConformanceTests'
}

conformance() {
    Tests/Conformance/run.sh "$repository/.build-double/release/active-bench" "$repository/.build/release/active-bench"
}

export PYTHON=${PYTHON:-/usr/bin/python3}
hint="ACTIVE_BENCH_NO_PYTHON=1 leaves Python out"

say "building for the tests, in single and double precision"
swift package resolve >&2 # what both builds would otherwise do at once
begin kitchen jobs/fetch-kitchen.sh
begin double-build double_build
if [ -z "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    begin conformance-environment Tests/Conformance/run.sh --prepare
    begin peers-environment Tests/Peers/run.sh --prepare
fi
swift build -c release --build-tests >&2
end double-build "the build in double precision"
end kitchen "the kitchen's files"
if [ -z "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    end conformance-environment "the packages of the Python reference ($hint)"
    end peers-environment "Gymnasium's packages, and a build with their MuJoCo ($hint)"
fi

run_tests "${without[@]}" || exit 1

begin double-tests double_tests
if [ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    say "left out: the learners against the Python reference, the environments against Gymnasium's (ACTIVE_BENCH_NO_PYTHON is set)"
else
    begin conformance conformance
    begin peers Tests/Peers/run.sh "$repository/.build/release/peer-steps"
fi
end double-tests "the tests in double precision"
if [ -z "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    say "the learners against the Python reference, on fresh traces"
    end conformance "the learners against the Python reference ($hint)"
    say "the environments against Gymnasium's, from fresh states"
    end peers "the environments against Gymnasium's ($hint)"
fi
