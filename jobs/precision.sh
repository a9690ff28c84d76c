#!/usr/bin/env bash
# Measures whether bfloat16 changes scores: runs jobs/studies/precision.yaml and writes the mean difference to float32, paired
# by seed, with its 90 % confidence interval, for each learner and over all learners, to results/performance/precision.md. Forty
# minutes on two cores with AVX512-BF16; an interrupted run is continued by the same command.
#
#   jobs/precision.sh
#   RANKS=16 RUN=/scratch/precision OUT=/scratch jobs/precision.sh
export ACTIVE_BENCH_BF16=1
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # kernels as the program chooses them

ranks=${RANKS:-$(nproc)}
run=${RUN:-$repository/runs/precision}
out=${OUT:-$repository/results/performance}

"$repository/jobs/make-datasets.sh" hopper-medium-r1
mpirun -n "$ranks" --oversubscribe --bind-to none "$binary" run "$repository/jobs/studies/precision.yaml" --out "$run"

rows=$("$binary" summarise precision "$run")
seeds=$(find "$run/cases" -name 'seed-*' -printf '%f\n' | sort -u | wc -l)
mkdir -p "$out"
{
    cat <<END
# Scores in bfloat16

    jobs/precision.sh

The quickstart's learners on hopper-medium-r1 (our own data), 10,000 steps, $seeds seeds a side: normalised score after the last step (ten
episodes), mean and standard deviation over seeds, and the mean difference with its 90 % confidence interval. The two cases of a seed begin
with the same weights and draw the same batches and episodes, so the interval is that of the mean over pairs (Student's t); in the last row,
of the mean over pairs of the learners' mean. The requirement is that the interval in the last row lies within ±5 points.

$rows

- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks; $("$binary" bench product --once | cut -d' ' -f1) kernels.
END
} >"$out/precision.md"
say "$out/precision.md"
