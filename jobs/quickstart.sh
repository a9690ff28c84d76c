#!/usr/bin/env bash
# The main job, end to end: build, make the dataset, train four learners on two ranks, print the table.
# At most ten minutes on two cores, installing and building aside. A second call keeps what is done.
#
#   jobs/quickstart.sh
#   RANKS=4 OUT=/scratch/quickstart jobs/quickstart.sh
#   ACTIVE_BENCH_DATA             folder of the datasets (default: see `active-bench collect rollout --help`)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

ranks=${RANKS:-2}
out=${OUT:-$repository/runs/quickstart}
data=${ACTIVE_BENCH_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}
export ACTIVE_BENCH_DATA=$data

"$repository/jobs/make-datasets.sh" hopper-medium-replay-r1

oversubscribe=()
[ "$ranks" -gt "$(nproc)" ] && oversubscribe=(--oversubscribe)
exec mpirun -n "$ranks" "${oversubscribe[@]}" -x ACTIVE_BENCH_TTY -x ACTIVE_BENCH_DATA \
    "$binary" run "$repository/jobs/studies/quickstart.yaml" --out "$out"
