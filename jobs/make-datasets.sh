#!/usr/bin/env bash
# Makes our own datasets (recipe 1, "-r1") from the behaviour policies under results/behaviour, where they are not there.
#
#   jobs/make-datasets.sh                              all of them
#   jobs/make-datasets.sh hopper-medium-replay-r1 …    these
#   ACTIVE_BENCH_DATA or D4RL_DATASET_DIR              where to (default ~/.local/share/active-bench/datasets)
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${ACTIVE_BENCH_BINARY:-$repository/.build/release/active-bench}
data=${ACTIVE_BENCH_DATA:-${D4RL_DATASET_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}}
all=({hopper,halfcheetah,walker2d}-{medium,medium-replay}-r1)

if [ ! -x "$binary" ]; then
    source "$repository/jobs/setup.sh"
fi

# The environment of a dataset, its policies in the order of their parts, and its number of transitions: a million as in
# D4RL; for medium-replay as many as D4RL's replay buffers hold (hopper's half).
recipe() {
    environment=${1%%-*} policies=()
    local behaviour="$repository/results/behaviour/$environment"
    case $1 in
    *-medium-r1)
        transitions=1000000
        policies=("$behaviour/medium.safetensors")
        ;;
    hopper-medium-replay-r1 | halfcheetah-medium-replay-r1 | walker2d-medium-replay-r1)
        transitions=200000
        [ "$environment" != walker2d ] || transitions=300000
        policies=("$behaviour"/snapshot-*.safetensors "$behaviour/medium.safetensors")
        ;;
    esac
    if [ -z "${policies:-}" ] || [ ! -s "${policies[0]}" ]; then
        echo "no recipe for '$1'; known: ${all[*]}" >&2
        exit 64
    fi
}

# hopper-medium-replay-r1 is hopper_medium_replay-r1.hdf5, as D4RL names its files.
file_name() {
    local name=${1%-*}
    echo "${name//-/_}-${1##*-}.hdf5"
}

for dataset in "${@:-${all[@]}}"; do recipe "$dataset"; done # all names are right before the first is made
for dataset in "${@:-${all[@]}}"; do
    recipe "$dataset"
    file="$data/$(file_name "$dataset")"
    if [ -s "$file" ]; then
        echo "$dataset is there: $file" >&2
    else
        "$binary" collect rollout --env "$environment" --policy "${policies[@]}" \
            --transitions "$transitions" --seed 0 --out "$file" >&2
    fi
done
