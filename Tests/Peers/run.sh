#!/bin/sh
# The live check of the environments: ours against Gymnasium's, one step from each of many new random states.
#
#   Tests/Peers/run.sh PEER_STEPS [SEED]
#   Tests/Peers/run.sh --prepare     installs the Python packages, builds with their MuJoCo, and compares nothing
#
# PEER_STEPS: the comparing program, .build/release/peer-steps; peer-datasets is in the same folder. SEED: today's date by
# default. The Python packages go to virtual environments below ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}; PYTHON
# selects the interpreter (default python3).
set -eu

[ $# -ge 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
. "$here/../Support/python-environment.sh"
v4=$(python_environment peers-venv "$here/requirements-v4.txt")
v5=$(python_environment peers-venv "$here/requirements-v5.txt")
minari=$(python_environment peers-venv "$here/requirements-minari.txt")
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1

# Builds ours again with the peers' own MuJoCo: remaining differences are then not the library's.
mujoco=${v4%/bin/python}/mujoco-2.3.7
wheel=$("$v4" -c 'import mujoco; print(mujoco.__path__[0])')
mkdir -p "$mujoco/lib"
ln -sfn "$wheel/include" "$mujoco/include"
ln -sfn "$wheel/libmujoco.so.2.3.7" "$mujoco/lib/libmujoco.so.2.3.7"
ln -sfn libmujoco.so.2.3.7 "$mujoco/lib/libmujoco.so"
ACTIVE_BENCH_MUJOCO=$mujoco swift build -c release --package-path "$repository" \
    --scratch-path "$repository/.build-peers" --product peer-steps >&2
[ "$1" != --prepare ] || exit 0
"$repository/jobs/fetch-kitchen.sh"
peer_steps=$(realpath "$1") seed=${2:-$(date +%Y%m%d)}

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
cd "$traces" # MuJoCo's Python package may leave its log here.
echo "seed $seed"
peers=0
for python in "$v4" "$v5"; do
    peers=$((peers + $("$python" "$here/traces.py" --list | wc -l)))
    "$python" "$here/traces.py" --out . --seed "$seed"
done
status=0
"$v4" "$here/contents.py" --check "$(dirname "$peer_steps")/active-bench" || status=1
"$peer_steps" --of "$peers" ./*.h5 || status=1
"$repository/.build-peers/release/peer-steps" --of "$peers" ./*.h5 || status=1
mkdir minari
"$minari" -W ignore "$here/minari_traces.py" --out minari --seed "$seed"
datasets=$("$minari" "$here/minari_traces.py" --list | wc -l)
"$(dirname "$peer_steps")/peer-datasets" minari --of "$datasets" minari minari/*.h5 || status=1
mkdir d4rl
"$v4" "$here/d4rl_traces.py" --program "$(dirname "$peer_steps")/active-bench" --out d4rl --seed "$seed"
recordings=$("$v4" "$here/d4rl_traces.py" --list | wc -l)
"$(dirname "$peer_steps")/peer-datasets" d4rl --of "$recordings" d4rl d4rl/*.h5 || status=1
exit $status
