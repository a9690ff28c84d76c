#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: those of the release build, those that need double precision, the
# comparisons of both builds with the Python reference (Tests/Conformance) on new traces, and those of the environments with
# Gymnasium's (Tests/Peers). Can be called again, from any folder, as root or not.
#
#   ACTIVE_BENCH_NO_PYTHON=1   leave out the comparisons with Python, which need a package index the first time; the tests still
#                              use fixtures that were made with Python, and pip still downloads the kitchen's files once
#
# The tests of the release build run in two lanes: one has the tests that kill and stop runs, which wait most of their time, and
# the other has all others. Work whose duration does not matter (the build in double precision with its tests, the comparisons
# with Python, the documentation) runs on the processor time that the lanes leave.
set -euo pipefail
build_later=1
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"
packages+=(curl python3-pip unzip) # for the tests of jobs/fetch-d4rl.sh and jobs/fetch-kitchen.sh
packages+=(ffmpeg libosmesa6 libegl1 libegl-mesa0 libgl1-mesa-dri) # for the tests of active-bench render
packages+=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge iproute2) # Slurm, for the tests of the batch scripts
without=() # suites that this machine cannot run
if [ "$(id -u)" -ne 0 ]; then # Slurm's daemons need root
    say "left out: SlurmTests, the batch scripts on a real Slurm (not root)"
    without+=(SlurmTests)
fi
[ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ] || packages+=(python3-venv)
install_missing_packages
require_swift

outputs=$(mktemp -d)
mkdir "$outputs/outcomes"
declare -A begun
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$outputs"' EXIT

# begin NAME COMMAND…: starts the command in the background; `end` prints its output.
begin() {
    local name=$1
    shift
    "$@" >"$outputs/$name" 2>&1 &
    begun[$name]=$!
}

# end NAME WHAT: waits for the command, and prints its output.
end() {
    local status=0
    wait "${begun[$1]}" || status=$?
    cat "$outputs/$1"
    [ "$status" -eq 0 ] || failed "$2"
}

# failed WHAT: records a failure; the other tests continue, so that one call shows all failures.
failures=()
failed() {
    say "$1: failed, see above"
    failures+=("$1")
}

# The options that leave out the suites in `without`.
skip=()
for suite in "${without[@]}"; do skip+=(--skip "$suite"); done

# Suites whose results depend on the precision.
precise='^(NumericsTests|NetworksTests|AlgorithmsTests)\.|\.ConformanceTests/'

# Suites that kill and stop runs: they take half of the time, and a third of one processor.
disturbances='SystemTests\.(FaultTests|KillTests|LongerStudyTests|RankFaultTests|SharedFolderTests|SignalTests'
disturbances+='|SlowStreamTests|SlurmTests|StandardStreamTests|StorageFaultTests|StudyRunTests|TeamRunTests)/'

# run_tests SCRATCH_PATH OPTION…: runs tests of a build one after another, because ranks and OpenBLAS would disturb one another.
# Runs the bundle itself: `swift test` holds a lock, so that no other lane could run. `account` reads what passed.
run_tests() {
    local bundle=$1/release/active-benchPackageTests.xctest log outcomes status
    log=$(mktemp -p "$outputs")
    outcomes=$(mktemp -p "$outputs/outcomes" "$1.XXXXXX.xml")
    shift
    set +e
    NO_COLOR=1 "$bundle" --testing-library swift-testing --no-parallel --xunit-output "$outcomes" "$@" 2>&1 |
        tee "$log" | grep -vE '◇|^\['
    status=${PIPESTATUS[0]}
    set -e
    if [ "$status" -ne 0 ]; then return 1; fi
    if grep -qE '^(➜|━) Test ' "$log"; then # Swift Testing's marks; its words also stand in names and arguments of tests
        say "tests were skipped or expected to fail; none may be"
        return 1
    fi
}

# list_tests SCRATCH_PATH: prints all tests of the build.
list_tests() { "$1/release/active-benchPackageTests.xctest" --testing-library swift-testing --list-tests | sort; }

# account SCRATCH_PATH [SUITES [LEFT_OUT]]: compares the tests that the build lists with those that have passed. Required are the
# tests that the release build lacks and those that the regular expression SUITES matches, except those that LEFT_OUT matches and
# those that this machine cannot run.
account() {
    local build=$1 suites=${2:-.} listed passed absent excused
    excused=$(IFS='|' && echo "${3:-^$}${without[*]:+|${without[*]}}")
    listed=$({ list_tests "$build" | grep -E "$suites"; comm -23 <(list_tests "$build") <(list_tests .build); } | sort -u)
    # Only a test that passed has an empty XML element, which ends in " />".
    passed=$(sed -nE 's|^ *<testcase classname="([^"]*)" name="([^"]*)" time="[^"]*" />$|\1/\2|p' "$outputs/outcomes/$build".* | sort)
    absent=$(comm -23 <(echo "$listed") <(echo "$passed"))
    if grep -vE "$excused|^$" <<<"$absent" >&2; then
        say "$build: no proof that the tests above ran and passed"
        return 1
    fi
    echo "$build: $(wc -l <<<"$listed") tests listed, $(comm -12 <(echo "$listed") <(echo "$passed") | wc -l) passed," \
        "$(grep -c . <<<"$absent") left out${absent:+ ($excused)}"
}

# when_idle COMMAND…: runs the command at the lowest priority, on processors that are otherwise idle.
when_idle() {
    if chrt --idle 0 true 2>/dev/null; then chrt --idle --pid 0 "$BASHPID" >/dev/null; else renice -n 19 "$BASHPID" >/dev/null; fi
    "$@"
}

# The learners in double precision: their own tests, then both builds against the Python reference.
double_precision() {
    ACTIVE_BENCH_REAL=double swift build -c release --build-tests --scratch-path .build-double
    run_tests .build-double --filter "$precise" --skip AllocationTests
    account .build-double "$precise" AllocationTests
    if [ -z "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
        say "the learners against the Python reference, on fresh traces"
        Tests/Conformance/run.sh "$repository/.build-double/release/active-bench" "$repository/.build/release/active-bench"
    fi
}

peers() {
    say "the environments against Gymnasium's, from fresh states"
    Tests/Peers/run.sh "$repository/.build/release/peer-steps"
}

export PYTHON=${PYTHON:-/usr/bin/python3}
hint="ACTIVE_BENCH_NO_PYTHON=1 leaves out the comparisons with Python"

say "building for the tests"
begin kitchen jobs/fetch-kitchen.sh
swift build -c release --build-tests >&2
end kitchen "the kitchen's files"

begin double-precision when_idle double_precision
begin documentation when_idle jobs/docs.sh --check
if [ -n "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then
    say "left out: the learners against the Python reference, the environments against Gymnasium's (ACTIVE_BENCH_NO_PYTHON is set)"
else
    begin peers when_idle peers
fi
say "testing; meanwhile the build in double precision and the comparisons with Python run"
begin disturbances run_tests .build --filter "$disturbances" "${skip[@]}"
run_tests .build --skip "$disturbances" "${skip[@]}" || failed "the other tests of the release build"
end disturbances "the tests that kill and stop runs"
account .build || failed "the account of the release build's tests"
end documentation "the documentation"
end double-precision "the learners in double precision ($hint)"
if [ -z "${ACTIVE_BENCH_NO_PYTHON:-}" ]; then end peers "the environments against Gymnasium's ($hint)"; fi
[ ${#failures[@]} -eq 0 ]
