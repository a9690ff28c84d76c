#!/usr/bin/env bash
# Measures whether bf16 and bf16x3 change scores: runs jobs/studies/precision.yaml and writes the mean difference to float32,
# paired by seed, with its 90 % confidence interval, for each learner and over all learners, to results/performance/precision.md.
# An hour and a half on two cores with AVX512-BF16; an interrupted run is continued by the same command.
#
# A study with bf16x3 is refused where that is slower than float32, on every processor without AMX. Here its scores are what
# matters, so the script sets ACTIVE_BENCH_SLOW_PRECISION=1 there, and says so.
#
#   jobs/precision.sh
#   RANKS=16 RUN=/scratch/precision OUT=/scratch jobs/precision.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
# Products by our own kernels, as fast as they can.
unset ACTIVE_BENCH_PRODUCTS ACTIVE_BENCH_VECTOR_BYTES ACTIVE_BENCH_MATRIX_UNIT
if ! grep -qw amx_bf16 /proc/cpuinfo; then
    say "no AMX: bf16x3 is computed although float32 is faster (ACTIVE_BENCH_SLOW_PRECISION=1)"
    export ACTIVE_BENCH_SLOW_PRECISION=1
fi

ranks=${RANKS:-$(nproc)}
run=${RUN:-$repository/runs/precision}
out=${OUT:-$repository/results/performance}

"$repository/jobs/make-datasets.sh" hopper-medium-r1
mpirun -n "$ranks" --oversubscribe --bind-to none "$binary" run "$repository/jobs/studies/precision.yaml" --out "$run"

findings=$("$binary" summarise precision "$run")
mkdir -p "$out"
{
    cat <<END
# Scores in bfloat16

    jobs/precision.sh

$findings

- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks.
END
} >"$out/precision.md"
say "$out/precision.md"
