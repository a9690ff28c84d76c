#!/usr/bin/env bash
# The unit tests with AddressSanitizer in Swift and C and UndefinedBehaviorSanitizer in C; or, asked for, ThreadSanitizer over
# what has threads. Minutes to build, minutes to run; too long for CI. The last outcome is in results/sanitizers.
#
#   jobs/sanitize.sh            memory and undefined behaviour
#   jobs/sanitize.sh thread     data races: consoles, logs, watchdog, loading
#   RESULTS=results/sanitizers jobs/sanitize.sh    leaves a line there
#
# Left out are the tests of the built program (SystemTests: it limits its children's memory, which the sanitizers' own bookkeeping
# exceeds) and those that count heap allocations (AllocationTests: they put their own allocator in).
set -euo pipefail
ACTIVE_BENCH_BINARY=none source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"

mode=${1:-address}
skip='SystemTests|AllocationTests'
case $mode in
address)
    source jobs/sanitized.sh
    options=("${sanitizing[@]}") scratch=$sanitized
    tests=(--skip "$skip")
    ;;
thread)
    scratch=.build-thread
    options=(--scratch-path $scratch --sanitize=thread)
    tests=(--filter 'ConsoleTests|PathsTests|DatasetsTests|HDF5Tests|SeparationTests' --skip "$skip")
    ;;
*)
    echo "expected 'address' or 'thread', found '$mode'" >&2
    exit 64
    ;;
esac
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build -c release --build-tests "${options[@]}" >&2

# Signals of a crash belong to the tests that provoke them.
signals=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:use_sigaltstack=0
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:halt_on_error=0:$signals
export TSAN_OPTIONS=halt_on_error=1:$signals
status=0
NO_COLOR=1 "$scratch/release/active-benchPackageTests.xctest" --testing-library swift-testing --no-parallel "${tests[@]}" \
    2>&1 | tee "$log" | grep -vE '◇|^\[' || status=${PIPESTATUS[0]}

findings=$(grep -cE 'ERROR: AddressSanitizer|runtime error:|WARNING: ThreadSanitizer' "$log" || true)
outcome="$(date -u +%F), $(git rev-parse --short HEAD), \`jobs/sanitize.sh $mode\`: $findings findings; "
outcome+=$(grep -oE 'Test run with .*' "$log" | tail -1)
say "$outcome"
if [ -n "${RESULTS:-}" ]; then
    mkdir -p "$RESULTS"
    echo "- $outcome" >>"$RESULTS/outcomes.md"
fi
[ "$status" -eq 0 ] && [ "$findings" -eq 0 ]
