#!/bin/sh
# The live conformance check: both builds of active-bench against the JAX reference, on new random traces.
#
#   Tests/Conformance/run.sh DOUBLE_BINARY FLOAT_BINARY [SEED]
#   Tests/Conformance/run.sh --prepare     installs the Python packages and checks nothing
#
# SEED: today's date unless given. An empty DOUBLE_BINARY or FLOAT_BINARY ("") leaves that half out.
# The Python packages go to a virtual environment below ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}; PYTHON selects
# the interpreter (default python3).
set -eu

[ $# -ge 2 ] || [ "${1:-}" = --prepare ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../Support/python-environment.sh"
python=$(python_environment conformance-venv "$here/requirements.txt")
[ "$1" != --prepare ] || exit 0
double=$1 float=$2 seed=${3:-$(date +%Y%m%d)}

# One core suffices, because the networks are tiny, and leaves the others to other work on this machine.
export JAX_PLATFORMS=cpu OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
export PYTHONDONTWRITEBYTECODE=1

traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
echo "seed $seed"
"$python" "$here/test_reference.py"
"$python" "$here/traces.py" --live "$traces" --seed "$seed"
status=0
if [ -n "$double" ]; then
    "$python" "$here/compare.py" --double "$double" "$here"/fixtures/*.h5 || status=1
fi
"$python" "$here/compare.py" --live ${double:+--double "$double"} ${float:+--float "$float"} "$traces"/*.h5 || status=1
exit $status
