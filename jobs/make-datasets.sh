#!/usr/bin/env bash
# Makes those of our own datasets ("-r1") that are missing, with the behaviour policies in results/behaviour.
# `active-bench data recipes` lists them.
#
#   jobs/make-datasets.sh                              all of them
#   jobs/make-datasets.sh hopper-medium-replay-r1 …    only these
#   ACTIVE_BENCH_DATA or D4RL_DATASET_DIR              the folder for them (default ~/.local/share/active-bench/datasets)
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${ACTIVE_BENCH_BINARY:-$repository/.build/release/active-bench}
data=${ACTIVE_BENCH_DATA:-${D4RL_DATASET_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}}

if [ ! -x "$binary" ]; then
    source "$repository/jobs/setup.sh"
fi

# Warns where a dataset is not the one whose digest is in results/behaviour: results then differ from those in this
# repository.
compare() {
    local dataset=$1 file=$2 wanted found
    wanted=$(sed -n "s/  $dataset\$//p" "$repository/results/behaviour/datasets.sha256")
    found=$("$binary" data info "$file" | sed -n 's/^contents *sha256 //p')
    if [ "$found" != "$wanted" ]; then
        echo "warning: $file: expected the contents $wanted, found $found, made by another version of active-bench or" \
            "with other packages; delete the file to make it again" >&2
    fi
}

# Checks all names before the first dataset is made.
recipes=$("$binary" data recipes "$@")
while IFS=$'\t' read -r dataset name environment transitions patterns; do
    file="$data/$name"
    if [ -s "$file" ]; then
        echo "$dataset is there: $file" >&2
        compare "$dataset" "$file"
        continue
    fi
    policies=()
    for pattern in $patterns; do
        # shellcheck disable=SC2206 # the pattern must expand to files, in the order of their names
        policies+=("$repository/results/behaviour/$environment"/$pattern)
    done
    "$binary" collect rollout --env "$environment" --policy "${policies[@]}" \
        --transitions "$transitions" --seed 0 --out "$file" </dev/null >&2
    compare "$dataset" "$file"
done <<<"$recipes"
