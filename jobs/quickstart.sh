#!/usr/bin/env bash
# Shows the program from end to end: builds, makes a dataset, trains the paper's learners on two ranks, prints the table.
# README.md says how long it takes. A second call keeps finished cases.
#
#   jobs/quickstart.sh
#   RANKS=4 OUT=/scratch/quickstart jobs/quickstart.sh
#   ACTIVE_BENCH_DATA=FOLDER      the folder of the datasets (see jobs/make-datasets.sh)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

ranks=${RANKS:-2}
out=${OUT:-$repository/runs/quickstart}

"$repository/jobs/make-datasets.sh" hopper-medium-r1

# No binding: Open MPI counts cores, but a virtual machine shows hardware threads, and ranks bound to the same core would share
# it. The kernel places a few single-threaded ranks well.
exec mpirun -n "$ranks" --oversubscribe --bind-to none -x ACTIVE_BENCH_TTY \
    "$binary" run "$repository/jobs/studies/quickstart.yaml" --out "$out"
