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
all=(hopper-medium-r1 hopper-medium-replay-r1)

if [ ! -x "$binary" ]; then
    source "$repository/jobs/setup.sh"
fi

# The policies of a dataset, in the order of their parts, and its number of transitions.
recipe() {
    local behaviour="$repository/results/behaviour"
    case $1 in
    hopper-medium-r1)
        transitions=1000000
        policies=("$behaviour/hopper/medium.safetensors")
        ;;
    hopper-medium-replay-r1)
        transitions=200000
        policies=("$behaviour"/hopper/snapshot-*.safetensors "$behaviour/hopper/medium.safetensors")
        ;;
    *)
        echo "no recipe for '$1'; known: ${all[*]}" >&2
        exit 64
        ;;
    esac
}

# hopper-medium-replay-r1 is hopper_medium_replay-r1.hdf5, as D4RL names its files.
file_name() {
    local name=${1%-*}
    echo "${name//-/_}-${1##*-}.hdf5"
}

for dataset in "${@:-${all[@]}}"; do
    recipe "$dataset"
    file="$data/$(file_name "$dataset")"
    if [ -s "$file" ]; then
        echo "$dataset is there: $file" >&2
    else
        "$binary" collect rollout --env "${dataset%%-*}" --policy "${policies[@]}" \
            --transitions "$transitions" --seed 0 --out "$file" >&2
    fi
done
