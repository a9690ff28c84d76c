#!/usr/bin/env bash
# What two ranks gain, in cases side by side and in teams, what checkpoints cost, and how good the forecast is, as a table in
# Markdown. Fifteen minutes on two quiet cores.
#
#   jobs/measure-ranks.sh > results/performance/ranks.md
#   ROUNDS=1 QUICKSTART=0 jobs/measure-ranks.sh        a first look; without the quickstart study's five minutes
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

# study FILE SEEDS STEPS LEARNER: evaluations are left out but for an episode at the end.
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

# run FOLDER STUDY RANKS OPTIONS…: the cases' files.
run() {
    local folder=$scratch/$1 file=$scratch/$2 ranks=$3
    shift 3
    rm -rf "$folder"
    ACTIVE_BENCH_DATA=$scratch ACTIVE_BENCH_TTY=0 mpirun -n "$ranks" --oversubscribe --bind-to none \
        "$binary" run "$file" --out "$folder" "$@" >"$scratch/output" 2>&1 || { cat "$scratch/output" >&2; exit 1; }
}

makespan() { sed -n 's/.*"'"$2"'" : \([0-9.]*\).*/\1/p' "$scratch/$1/logs/makespan.json"; }
phase() { cat "$scratch/$1"/cases/*/*/*/*/timing.csv | awk -F, -v phase="$2" '$1 == phase { sum += $3 } END { print sum }'; }
products() { mpirun -n "$1" --oversubscribe --bind-to none "$binary" bench product --seconds 5 | awk '{ sum += $2 } END { print sum }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a / b }'; }
middle() { sort -g | awk '{ v[NR] = $1 } END { printf "%.3f, %.2f to %.2f", v[int((NR + 1) / 2)], v[1], v[NR] }'; }

study shards.yaml '[0, 1, 2, 3]' 3000 'IQL: {}'
study team.yaml '[0]' 1500 'ACTIVE-I: {m: 10}'
study one-critic.yaml '[0]' 3000 'IQL: {}'
load_before=$(cut -d' ' -f1 /proc/loadavg)

for round in $(seq "$rounds"); do
    say "round $round of $rounds"
    one=$(products 1) two=$(products 2)
    run shards-1 shards.yaml 1
    run shards-2 shards.yaml 2
    two=$(ratio "$(awk -v a="$two" -v b="$(products 2)" 'BEGIN { print (a + b) / 2 }')" \
        "$(awk -v a="$one" -v b="$(products 1)" 'BEGIN { print (a + b) / 2 }')")
    echo "$two" >>"$scratch/gain-products"
    gain=$(ratio "$(makespan shards-1 actual)" "$(makespan shards-2 actual)")
    echo "$gain" >>"$scratch/gain-shards"
    ratio "$gain" "$two" >>"$scratch/efficiency"
    run team-1 team.yaml 1
    run team-2 team.yaml 2 --team-size 2
    ratio "$(phase team-1 train)" "$(phase team-2 train)" >>"$scratch/team"
    run small-1 one-critic.yaml 1
    run small-2 one-critic.yaml 2 --team-size 2
    ratio "$(phase small-1 train)" "$(phase small-2 train)" >>"$scratch/team-iql"
done

say "checkpoints every minute"
study checkpoints.yaml '[0]' 12000 'ACTIVE-I: {m: 10}'
run checkpoints checkpoints.yaml 1 --checkpoint-minutes 1
written=$(cat "$scratch"/checkpoints/cases/*/*/*/*/timing.csv | grep -c '^checkpoint')
cost=$(ratio "$(phase checkpoints checkpoint)" "$(phase checkpoints train)")

if [ "$quickstart" = 1 ]; then
    say "the quickstart study"
    "$repository/jobs/make-datasets.sh" hopper-medium-r1
    rm -rf "$scratch/quickstart"
    mpirun -n 2 --oversubscribe --bind-to none -x ACTIVE_BENCH_TTY=0 "$binary" \
        run "$repository/jobs/studies/quickstart.yaml" --out "$scratch/quickstart" >/dev/null 2>"$scratch/output" ||
        { cat "$scratch/output" >&2; exit 1; }
    predicted=$(makespan quickstart predicted) actual=$(makespan quickstart actual)
    forecast=$(awk -v p="$predicted" -v a="$actual" 'BEGIN { printf "%.0f s predicted, %.0f s taken: %+.1f %% (within 15 %%: %s)", p, a, 100 * (a / p - 1), (a / p < 1.15 && a / p > 0.85) ? "yes" : "no" }')
else
    forecast="not run"
fi

messages=$(grep -h 'messages' "$scratch"/team-2/logs/rank-*.log | sed 's/.*seed-0: //; s/ sent by this rank//' | paste -sd'; ')
small=$(grep -h 'messages' "$scratch"/small-2/logs/rank-*.log | sed 's/.*seed-0: //; s/ sent by this rank//' | paste -sd'; ')

cat <<END
# Two ranks

    jobs/measure-ranks.sh

| | median, lowest to highest |
| --- | --- |
| two independent loops of 256³ products against one | $(middle <"$scratch/gain-products") |
| four IQL cases on two ranks against one | $(middle <"$scratch/gain-shards") |
| **the second over the first** (≥ 0.95) | $(middle <"$scratch/efficiency") |
| **ACTIVE-I m = 10 on a team of two against one rank** (≥ 1.75) | $(middle <"$scratch/team") |
| IQL on a team of two against one rank | $(middle <"$scratch/team-iql") |
| **checkpoints every minute, share of training** (< 0.01), ACTIVE-I m = 10 | $cost in $written checkpoints |
| **forecast of the quickstart study on two ranks** | $forecast |

- Of a gradient step, ranks 0 and 1 of the team. ACTIVE-I m = 10: $messages. IQL: $small.
- $(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), 2 ranks on $(nproc) cores, kernels $("$binary" bench product --seconds 0.1 | cut -d' ' -f1); load when it began $load_before, when it ended $(cut -d' ' -f1 /proc/loadavg).
- $rounds rounds; in each the runs take turns, and ratios are taken within a round. Hopper's sizes, batch 256, networks of 256-256.
END
