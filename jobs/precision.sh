#!/usr/bin/env bash
# Whether bfloat16 changes scores: the study of jobs/studies/precision.yaml, and per learner and over all of them the mean
# difference to float32 with its 90 % confidence interval, in results/performance/precision.md. Forty minutes on two cores with
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

# The scores of a table in CSV → rows "learner | fp32 | bf16 | difference | interval", and the whole's.
compare() {
    awk -F, '
        # Moments of a cell: mean, and the square of its standard error.
        function moments(scores,    v, n, i, sum, squares) {
            n = split(scores, v, ";")
            for (i = 1; i <= n; i++) sum += v[i]
            mean = sum / n
            for (i = 1; i <= n; i++) squares += (v[i] - mean) ^ 2
            deviation = sqrt(squares / (n - 1))
            error = deviation ^ 2 / n
            freedom = n - 1
        }
        # The 95 % quantile of Student'\''s t (Abramowitz and Stegun 26.7.5), to 0.002 from 8 degrees of freedom on.
        function quantile(f,    z) {
            z = 1.6448536
            return z + (z ^ 3 + z) / (4 * f) + (5 * z ^ 5 + 16 * z ^ 3 + 3 * z) / (96 * f ^ 2)
        }
        # Welch: the variances are not taken to be equal.
        function row(name, sides, difference, error, freedom,    half) {
            half = quantile(freedom) * sqrt(error)
            verdict = difference - half > -5 && difference + half < 5 ? "yes" : "no"
            printf "| %s | %s | %+.2f | %+.2f to %+.2f | %s |\n", name, sides, difference, difference - half, \
                difference + half, verdict
        }
        $3 == "ours" && match($2, / precision=/) {
            learner = substr($2, 1, RSTART - 1)
            precision = substr($2, RSTART + RLENGTH)
            moments($8)
            n[learner, precision] = $4
            m[learner, precision] = mean
            s[learner, precision] = deviation
            e[learner, precision] = error
            f[learner, precision] = freedom
            if (precision == "bf16") order[++learners] = learner
        }
        END {
            for (i = 1; i <= learners; i++) {
                l = order[i]
                if (n[l, "fp32"] < 10 || n[l, "bf16"] < 10) exit 1
                variance = e[l, "fp32"] + e[l, "bf16"]
                degrees = variance ^ 2 / (e[l, "fp32"] ^ 2 / f[l, "fp32"] + e[l, "bf16"] ^ 2 / f[l, "bf16"])
                difference = m[l, "bf16"] - m[l, "fp32"]
                row(l, sprintf("%.1f ±%.1f | %.1f ±%.1f", m[l, "fp32"], s[l, "fp32"], m[l, "bf16"], s[l, "bf16"]),
                    difference, variance, degrees)
                total += difference
                totalVariance += variance
                totalDegrees += variance ^ 2 / degrees
                full += m[l, "fp32"]
                rounded += m[l, "bf16"]
            }
            if (learners == 0) exit 1
            row("**all, mean**", sprintf("%.1f | %.1f", full / learners, rounded / learners), total / learners,
                totalVariance / learners ^ 2, totalVariance ^ 2 / totalDegrees)
        }' "$1"
}

table=$run/table.csv
rows=$(compare "$table") || { say "$table: expected ten scores or more a side of every learner"; exit 65; }
if grep -q nan <<<"$rows"; then say "$table: some cases have no score that is a number"; exit 65; fi
seeds=$(awk -F, '$3 == "ours" { print $4; exit }' "$table")
mkdir -p "$out"
{
    cat <<END
# Scores in bfloat16

    jobs/precision.sh

The quickstart's learners on hopper-medium-r1 (our own data), 10,000 steps, $seeds seeds a side: normalised score after the last step (ten
episodes), mean and standard deviation over seeds, and the mean difference with its 90 % confidence interval (Welch's). The two sides draw
other first weights and batches. What is asked for is that the interval of the mean over the study's learners lies within ±5 points.

| learner | fp32 | bf16 | bf16 − fp32 | 90 % interval | within ±5 |
| --- | ---: | ---: | ---: | ---: | --- |
$rows

- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks; $("$binary" bench product --once | cut -d' ' -f1) kernels.
END
} >"$out/precision.md"
say "$out/precision.md"
