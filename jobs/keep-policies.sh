#!/usr/bin/env bash
# Takes the policies of a walker's recipe 2 from a training (`active-bench collect train`), in half precision: the medium
# policy, 24 snapshots evenly spaced over the training up to it, and the expert policy once there is one.
#
#   jobs/keep-policies.sh runs/behaviour/hopper/seed-0 hopper --medium 132000 [--expert 1200000]
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${ACTIVE_BENCH_BINARY:-$repository/.build/release/active-bench}
snapshots=24
training=$1 environment=$2
shift 2
medium='' expert=''
while [ $# -gt 0 ]; do
    case $1 in
    --medium) medium=$2 ;;
    --expert) expert=$2 ;;
    *)
        echo "keep-policies.sh: expected --medium STEP or --expert STEP, found '$1'" >&2
        exit 64
        ;;
    esac
    shift 2
done
out=$repository/results/behaviour/$environment/r2
mkdir -p "$out"

# The snapshot after step $1, as the file $2.
keep() {
    "$binary" collect halve --policy "$training/policy-$(printf %07d "$1").safetensors" --out "$out/$2.safetensors"
}

if [ -n "$medium" ]; then
    # Steps between snapshots, by the curve's first row.
    every=$(sed -n '2s/,.*//p' "$training/learning-curve.csv")
    rm -f "$out"/replay-*.safetensors
    for ((i = 1; i <= snapshots; i++)); do
        step=$(((i * medium / snapshots + every / 2) / every * every))
        keep "$step" "replay-$(printf %07d "$step")"
    done
    keep "$medium" medium
fi
if [ -n "$expert" ]; then keep "$expert" expert; fi
cp "$training/learning-curve.csv" "$training/training.json" "$out/"
