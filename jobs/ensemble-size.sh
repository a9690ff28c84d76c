#!/usr/bin/env bash
# Runs the study on ensemble size: score, Q, the members' spread, the gap of formula (8), and cost, as functions of m. Writes a
# table and a plot to results/scaling/. Half an hour on two cores; an interrupted run is continued by the same command.
#
#   jobs/ensemble-size.sh
#   RANKS=16 RUN=/scratch/ensemble-size OUT=/scratch jobs/ensemble-size.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
unset ACTIVE_BENCH_PRODUCTS ACTIVE_BENCH_VECTOR_BYTES # products by our own kernels, as fast as they can

ranks=${RANKS:-$(nproc)}
run=${RUN:-$repository/runs/ensemble-size}
out=${OUT:-$repository/results/scaling}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if ! command -v gnuplot >/dev/null; then
    # shellcheck disable=SC2034 # what install_missing_packages installs
    packages=(gnuplot-nox)
    install_missing_packages
fi
"$repository/jobs/make-datasets.sh" hopper-medium-r1
mpirun -n "$ranks" --oversubscribe --bind-to none "$binary" run "$repository/jobs/studies/ensemble-size.yaml" --out "$run"

say "measuring the cost of a step on one core"
costs=$(mktemp)
trap 'rm -f "$costs"' EXIT
"$binary" bench steps --only "ACTIVE-I m=1,ACTIVE-I m=2,ACTIVE-I m=5,ACTIVE-I m=10,ACTIVE-I m=20" --json >"$costs"

mkdir -p "$out"
data=$out/ensemble-size.csv
findings=$("$binary" summarise ensemble-size "$run" --costs "$costs" --csv "$data")

gnuplot <<END
set terminal svg size 900,600 font "sans,11"
set output "$out/ensemble-size.svg"
set datafile separator ","
set multiplot layout 2,2
set logscale x 2
set xlabel "m"
set key off
set title "normalised score"
plot "$data" using 1:2:3:xtic(1) skip 1 with yerrorlines
set title "mean Q of the batch"
plot "$data" using 1:4:xtic(1) skip 1 with linespoints
set title "spread of the members, σ"
plot "$data" using 1:6:xtic(1) skip 1 with linespoints
set title "cost of a gradient step, 256³ products"
plot "$data" using 1:8:xtic(1) skip 1 with linespoints
END

{
    cat <<END
# Ensemble size

    jobs/ensemble-size.sh

$findings

![Against m](ensemble-size.svg)

- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks on $(nproc) cores.
- \`ensemble-size.csv\` has the numbers.
END
} >"$out/ensemble-size.md"
say "$out/ensemble-size.md"
