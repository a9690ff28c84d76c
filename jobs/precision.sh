#!/usr/bin/env bash
# Measures whether bfloat16 changes scores: runs jobs/studies/precision.yaml and writes the mean difference to float32, paired
# by seed, with its 90 % confidence interval, for each learner and over all learners, to results/performance/precision.md. Forty
# minutes on two cores with AVX512-BF16; an interrupted run is continued by the same command.
#
#   jobs/precision.sh
#   RANKS=16 RUN=/scratch/precision OUT=/scratch jobs/precision.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
unset ACTIVE_BENCH_PRODUCTS ACTIVE_BENCH_VECTOR_BYTES # products by our own kernels, as fast as they can

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
