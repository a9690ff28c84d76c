#!/bin/sh
# The live check of the environments: ours against Gymnasium's, one step from each of a thousand states drawn afresh.
#
#   Tests/Peers/run.sh PEER_STEPS [SEED]
#
# PEER_STEPS: the program that compares, .build/release/peer-steps. SEED: today's date unless given.
# The Python packages go to throw-away environments below ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}; PYTHON chooses the
# interpreter (default python3). STATES: how many states (default 1000).
set -eu

[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
peer_steps=$(realpath "$1") seed=${2:-$(date +%Y%m%d)}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../Support/python-environment.sh"
v4=$(python_environment peers-venv "$here/requirements-v4.txt")
v5=$(python_environment peers-venv "$here/requirements-v5.txt")
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
cd "$traces" # where MuJoCo's Python package may leave its log
echo "seed $seed"
locomotion="Hopper HalfCheetah Walker2d"
"$v4" "$here/traces.py" --out . --seed "$seed" --states "${STATES:-1000}" $(printf '%s-v4 ' $locomotion)
"$v5" "$here/traces.py" --out . --seed "$seed" --states "${STATES:-1000}" $(printf '%s-v5 ' $locomotion)
"$peer_steps" ./*.h5
