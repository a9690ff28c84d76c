#!/usr/bin/env bash
# The main job, end to end: build, make the dataset, train six learners on two ranks, print the table.
# At most ten minutes on two cores, installing and building aside. A second call keeps what is done.
#
#   jobs/quickstart.sh
#   RANKS=4 OUT=/scratch/quickstart jobs/quickstart.sh
#   ACTIVE_BENCH_DATA=FOLDER      where the datasets are (see jobs/make-datasets.sh)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

ranks=${RANKS:-2}
out=${OUT:-$repository/runs/quickstart}

"$repository/jobs/make-datasets.sh" hopper-medium-r1

# Open MPI counts cores, a virtual machine has hardware threads; and ranks bound to the same core would share it. The
# kernel places a few single-threaded ranks well.
exec mpirun -n "$ranks" --oversubscribe --bind-to none -x ACTIVE_BENCH_TTY \
    "$binary" run "$repository/jobs/studies/quickstart.yaml" --out "$out"
