#!/usr/bin/env bash
# Measures gradient steps per second of the learners: ours, and the same in PyTorch (eager and torch.compile) and in JAX, written
# here from the formulas; ours and JAX in bfloat16 too. All in one run with one thread on one core, alternating.
#
#   jobs/peers/steps.sh            prints the table and writes results/performance/peers-DATE.md
#   jobs/peers/steps.sh --check    checks that the peers compute the same as Tests/Conformance/reference.py; measures nothing
#   OUT=FILE CORE=0 ROUNDS=7 SECONDS_A_TURN=2     the report's file, the core, the number of rounds, seconds per measurement
#   LEARNERS=IQL,CQL PEERS=jax,jax-bf16,eager              only these
#   COMPILE_LIMIT=240                             seconds for torch.compile; a learner that takes longer is left out
#   REQUIREMENTS=FILE                             the Python packages' versions, instead of steps-requirements.txt
#   PIP_EXTRA_INDEX_URL=ADDRESS                   a package index with a PyTorch for CPUs, which is gigabytes smaller
#
# torch.compile needs g++ and Python's headers; without them it is left out, and the report says so.
# The Python packages go to a virtual environment below ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}.
# Exit code 1 if a required ratio is not reached.
set -euo pipefail
case "$*" in
'' | --check) ;;
-h | --help)
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0"
    exit 0
    ;;
*)
    echo "unknown argument '$*'; see jobs/peers/steps.sh --help" >&2
    exit 64
    ;;
esac
if [ "$*" = --check ]; then ACTIVE_BENCH_BINARY=${ACTIVE_BENCH_BINARY:-unused}; fi # our program is not run
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
. "$repository/Tests/Support/python-environment.sh"
here=$repository/jobs/peers

requirements=${REQUIREMENTS:-$here/steps-requirements.txt}
python=$(PYTHON=${PYTHON:-/usr/bin/python3} python_environment steps-venv "$requirements")

# One thread each; the libraries choose their instruction sets.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE MKL_CBWR MKL_ENABLE_INSTRUCTIONS
unset ACTIVE_BENCH_MATRIX_UNIT ONEDNN_MAX_CPU_ISA DNNL_MAX_CPU_ISA ATEN_CPU_CAPABILITY
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NPROC=1 TORCHINDUCTOR_COMPILE_THREADS=1
export JAX_PLATFORMS=cpu XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
export PYTHONDONTWRITEBYTECODE=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TORCHINDUCTOR_CACHE_DIR=$scratch

last_core=$(taskset -cp $$ | sed 's/.*[ ,-]//') # the last core on which this script may run
pinned=(taskset -c "${CORE:-$last_core}" "$python")
if [ "$*" = --check ]; then
    "${pinned[@]}" "$here/steps/check.py"
else
    "${pinned[@]}" "$here/steps/rounds.py" --binary "$binary" --rounds "${ROUNDS:-7}" \
        --seconds "${SECONDS_A_TURN:-2}" ${LEARNERS:+--learners "$LEARNERS"} ${PEERS:+--peers "$PEERS"} \
        --out "${OUT:-$repository/results/performance/peers-$(date +%F).md}"
fi
