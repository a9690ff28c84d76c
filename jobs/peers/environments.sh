#!/usr/bin/env bash
# Measures environment steps per second: ours, a bare C loop of mj_step, and Gymnasium's v4 environments in Python, with given
# actions and with a 256-256 policy in the loop (in PyTorch, as CORL evaluates). All in one run on one core, alternating.
#
#   jobs/peers/environments.sh                 prints the table and writes results/performance/environments.md
#   OUT=FILE CORE=0 REPETITIONS=15             the report's file, the core, the number of repetitions
#   PIP_EXTRA_INDEX_URL=ADDRESS                a package index with a PyTorch for CPUs, which is gigabytes smaller
#
# The Python packages go to a virtual environment below ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}.
# Exit code 1 if a required ratio is not reached.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
. "$repository/Tests/Support/python-environment.sh"

python=$(PYTHON=${PYTHON:-/usr/bin/python3} python_environment speed-venv "$repository/jobs/peers/requirements.txt")
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
last_core=$(taskset -cp $$ | sed 's/.*[ ,-]//') # the last core on which this script may run
exec taskset -c "${CORE:-$last_core}" "$python" "$repository/jobs/peers/environments.py" --binary "$binary" \
    --repetitions "${REPETITIONS:-15}" --out "${OUT:-$repository/results/performance/environments.md}"
