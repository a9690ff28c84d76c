#!/usr/bin/env bash
# Makes the documentation's pages (DocC): the chapters of Sources/active-bench/Documentation.docc, and every declaration of
# every room that the rest of the package can use. A warning in a chapter is an error, and so is a picture of the rooms that is
# out of date; comments in the sources still have some.
#
#   jobs/docs.sh               into .build-docs/pages; to read them: python3 -m http.server -d .build-docs/pages
#   OUT=FOLDER jobs/docs.sh    elsewhere
#   jobs/docs.sh --picture     draws the picture of the rooms anew, and makes no pages
#
# Needs Swift, Python 3, and the first time the network, for swift-docc-plugin. Exit codes: 0 done, 1 a warning or an error,
# 64 usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
picture=$repository/Sources/active-bench/Documentation.docc/rooms.svg
out=${OUT:-$repository/.build-docs/pages}
export ACTIVE_BENCH_DOCS=1

case "$*" in
'' | --picture) ;;
-h | --help)
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0"
    exit 0
    ;;
*)
    echo "unknown argument '$*'; see jobs/docs.sh --help" >&2
    exit 64
    ;;
esac

scratch=$(mktemp -d)
# The versions that a user's build has resolved stay as they are: this one resolves the plugin besides.
resolved=$repository/Package.resolved
[ ! -e "$resolved" ] || cp -p "$resolved" "$scratch/Package.resolved"
restore() {
    if [ -e "$scratch/Package.resolved" ]; then cp -p "$scratch/Package.resolved" "$resolved"; else rm -f "$resolved"; fi
    rm -rf "$scratch"
}
trap restore EXIT

package() { swift package --package-path "$repository" --scratch-path "$repository/.build-docs" "$@"; }

package dump-package >"$scratch/package.json"
python3 "$repository/jobs/rooms.py" <"$scratch/package.json" >"$scratch/rooms.svg"
if [ "$*" = --picture ]; then
    cp "$scratch/rooms.svg" "$picture"
    exit
fi
if ! cmp -s "$scratch/rooms.svg" "$picture"; then
    echo "$picture does not show the rooms as Package.swift has them: run jobs/docs.sh --picture" >&2
    exit 1
fi

generate() { package --allow-writing-to-directory "$out" generate-documentation "$@"; }
mkdir -p "$out"
generate --target active-bench --symbol-graph-minimum-access-level package --warnings-as-errors --output-path "$out"

targets=()
for room in $(python3 "$repository/jobs/rooms.py" --names <"$scratch/package.json"); do targets+=(--target "$room"); done
generate "${targets[@]}" --enable-experimental-combined-documentation --symbol-graph-minimum-access-level package \
    --output-path "$out"
echo "$out" >&2
