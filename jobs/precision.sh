#!/usr/bin/env bash
# Whether bfloat16 changes scores: the study of jobs/studies/precision.yaml, and per learner and over all of them the mean
# difference to float32, seed by seed, with its 90 % confidence interval, in results/performance/precision.md. Forty minutes on two cores with
# AVX512-BF16; the same command goes on where it was stopped.
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

# The scores of a table in CSV → rows "learner | fp32 | bf16 | difference | interval | within ±5", and the whole's. Seeds are pairs: the
# two cases of one draw the same random numbers.
compare() {
    awk -F, '
        # Of v[1] to v[n]: mean, and the standard deviation of a sample.
        function moments(v, n,    i, sum, squares) {
            for (i = 1; i <= n; i++) sum += v[i]
            mean = sum / n
            for (i = 1; i <= n; i++) squares += (v[i] - mean) ^ 2
            deviation = sqrt(squares / (n - 1))
        }
        # The 95 % quantile of Student'\''s t (Abramowitz and Stegun 26.7.5), to 0.002 from 8 degrees of freedom on.
        function quantile(f,    z) {
            z = 1.6448536
            return z + (z ^ 3 + z) / (4 * f) + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96 * f ^ 2)
        }
        function row(name, sides, differences, n,    half, verdict) {
            moments(differences, n)
            half = quantile(n - 1) * deviation / sqrt(n)
            verdict = mean - half > -5 && mean + half < 5 ? "yes" : "no"
            printf "| %s | %s | %+.2f | %+.2f to %+.2f | %s |\n", name, sides, mean, mean - half, mean + half, verdict
        }
        $3 == "ours" && match($2, / precision=/) {
            learner = substr($2, 1, RSTART - 1)
            precision = substr($2, RSTART + RLENGTH)
            scores[learner, precision] = $8
            seeds[learner, precision] = $9
            if (precision == "bf16") order[++learners] = learner
        }
        END {
            for (l = 1; l <= learners; l++) {
                learner = order[l]
                n = split(scores[learner, "fp32"], full, ";")
                if (n < 10 || seeds[learner, "fp32"] != seeds[learner, "bf16"]) exit 1
                split(scores[learner, "bf16"], rounded, ";")
                for (i = 1; i <= n; i++) {
                    difference[i] = rounded[i] - full[i]
                    total[i] += difference[i] / learners
                }
                moments(full, n)
                sides = sprintf("%.1f ±%.1f", mean, deviation)
                fullMean += mean / learners
                moments(rounded, n)
                roundedMean += mean / learners
                row(learner, sprintf("%s | %.1f ±%.1f", sides, mean, deviation), difference, n)
            }
            if (learners == 0) exit 1
            row("**all, mean**", sprintf("%.1f | %.1f", fullMean, roundedMean), total, n)
        }' "$1"
}

table=$run/table.csv
rows=$(compare "$table") || { say "$table: expected the scores of ten seeds or more in pairs, for every learner"; exit 65; }
if grep -q nan <<<"$rows"; then say "$table: some cases have no score that is a number"; exit 65; fi
seeds=$(awk -F, '$3 == "ours" { print $4; exit }' "$table")
mkdir -p "$out"
{
    cat <<END
# Scores in bfloat16

    jobs/precision.sh

The quickstart's learners on hopper-medium-r1 (our own data), 10,000 steps, $seeds seeds a side: normalised score after the last step (ten
episodes), mean and standard deviation over seeds, and the mean difference with its 90 % confidence interval. The two cases of a seed begin
with the same weights and draw the same batches and episodes, so the interval is that of the mean over pairs (Student's t), and for the whole of
the mean over pairs of the learners' mean. What is asked for is that this last one lies within ±5 points.

| learner | fp32 | bf16 | bf16 − fp32 | 90 % interval | within ±5 |
| --- | ---: | ---: | ---: | ---: | --- |
$rows

- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks; $("$binary" bench product --once | cut -d' ' -f1) kernels.
END
} >"$out/precision.md"
say "$out/precision.md"
