#!/usr/bin/env bash
# Measures the speed-up of two ranks with a case each and as a team, the cost of checkpoints, and the error of the predicted
# time. Prints a table in Markdown. Fifteen minutes on two idle cores.
#
#   jobs/measure-ranks.sh > results/performance/ranks.md
#   ROUNDS=1 QUICKSTART=0 jobs/measure-ranks.sh        one round, without the quickstart study
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

rounds=${ROUNDS:-3}
quickstart=${QUICKSTART:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

say "a dataset of 100,000 transitions"
"$binary" collect rollout --env hopper --policy "$repository/results/behaviour/hopper/medium.safetensors" \
    --transitions 100000 --seed 0 --out "$scratch/hopper_medium-r1.hdf5" >&2

# study FILE SEEDS STEPS LEARNER: writes a study whose only evaluation is one episode at the end.
study() {
    cat >"$scratch/$1" <<END
name: measurement
datasets: [hopper-medium-r1]
seeds: $2
steps: $3
evaluate: {every: $3, episodes: 1}
learners: {$4}
END
}

# run FOLDER STUDY RANKS OPTION…: runs the study in the folder.
run() {
    local folder=$scratch/$1 file=$scratch/$2 ranks=$3
    shift 3
    rm -rf "$folder"
    ACTIVE_BENCH_DATA=$scratch ACTIVE_BENCH_TTY=0 mpirun -n "$ranks" --oversubscribe --bind-to none \
        "$binary" run "$file" --out "$folder" "$@" >"$scratch/output" 2>&1 || { cat "$scratch/output" >&2; exit 1; }
}

# products RANKS FILE: appends the rates of matrix products of RANKS processes to FILE.
products() { mpirun -n "$1" --oversubscribe --bind-to none "$binary" bench product --seconds 5 --json >>"$scratch/$2"; }

study shards.yaml '[0, 1, 2, 3]' 3000 'IQL: {}'
study team.yaml '[0]' 1500 'ACTIVE-I: {m: 10}'
study one-critic.yaml '[0]' 3000 'IQL: {}'
load_before=$(cut -d' ' -f1 /proc/loadavg)

for round in $(seq "$rounds"); do
    say "round $round of $rounds"
    at=round-$round
    mkdir "$scratch/$at"
    products 1 "$at/products-1"
    products 2 "$at/products-2"
    run "$at/shards-1" shards.yaml 1
    run "$at/shards-2" shards.yaml 2
    products 2 "$at/products-2"
    products 1 "$at/products-1"
    run "$at/team-1" team.yaml 1
    run "$at/team-2" team.yaml 2 --team-size 2
    run "$at/small-1" one-critic.yaml 1
    run "$at/small-2" one-critic.yaml 2 --team-size 2
done

say "checkpoints every minute"
study checkpoints.yaml '[0]' 12000 'ACTIVE-I: {m: 10}'
run checkpoints checkpoints.yaml 1 --checkpoint-minutes 1

if [ "$quickstart" = 1 ]; then
    say "the quickstart study"
    "$repository/jobs/make-datasets.sh" hopper-medium-r1
    rm -rf "$scratch/quickstart"
    mpirun -n 2 --oversubscribe --bind-to none -x ACTIVE_BENCH_TTY=0 "$binary" \
        run "$repository/jobs/studies/quickstart.yaml" --out "$scratch/quickstart" >/dev/null 2>"$scratch/output" ||
        { cat "$scratch/output" >&2; exit 1; }
fi

rows=$("$binary" summarise ranks "$scratch")
cat <<END
# Two ranks

    jobs/measure-ranks.sh

$rows
- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), 2 ranks on $(nproc) cores; the independent loops' products by OpenBLAS, kernels $("$binary" bench product --seconds 0.1 | cut -d' ' -f1); load $load_before at the start, $(cut -d' ' -f1 /proc/loadavg) at the end.
- $rounds rounds; in each the runs alternate, and ratios are taken within a round. Hopper's sizes, batch 256, networks of 256-256.
END
