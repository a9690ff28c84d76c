#!/usr/bin/env bash
# Makes those of our own datasets that are missing, on all cores, with the behaviour policies in results/behaviour, and
# compares all with the digests of their contents. `active-bench data recipes` lists them.
#
#   jobs/make-datasets.sh                              all of them (whose policies are there)
#   jobs/make-datasets.sh hopper-medium-replay-r2 …    only these, and those of which they consist
#   RANKS=1 jobs/make-datasets.sh …                    on so many cores; any number gives the same files
#   ACTIVE_BENCH_DATA or D4RL_DATASET_DIR              the folder for them (default ~/.local/share/active-bench/datasets)
#
# Exit codes: 0 all are there, 65 an unknown dataset or policies that are missing, 74 the disk has no space or a file cannot
# be written. A file with other contents than in this repository's results is kept, with a warning.
set -euo pipefail

case "${1:-}" in
-h | --help)
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

# A program that is there is used as it is.
built=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.build/release/active-bench
if [ -x "$built" ]; then export ACTIVE_BENCH_BINARY=${ACTIVE_BENCH_BINARY:-$built}; fi
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

# No binding, as in jobs/quickstart.sh.
exec mpirun -n "${RANKS:-$(nproc)}" --oversubscribe --bind-to none -x ACTIVE_BENCH_TTY \
    "$binary" collect dataset --behaviour "$repository/results/behaviour" "$@" </dev/null >&2
