#!/usr/bin/env bash
# Makes the documentation's pages (DocC): the chapters of Sources/active-bench/Documentation.docc, and every declaration of
# every room that the rest of the package can use. A warning is an error, and so is a picture of the rooms that is out of date.
#
#   jobs/docs.sh               into .build-docs/pages, by swift-docc-plugin; to read them: python3 -m http.server -d .build-docs/pages
#   OUT=FOLDER jobs/docs.sh    elsewhere
#   jobs/docs.sh --check       the same from the modules of .build/release, without the plugin: builds nothing, needs no network,
#                              and leaves nothing; CI does this
#   jobs/docs.sh --picture     draws the picture of the rooms again, and makes no pages
#
# Needs Swift, Python 3, and for the pages the network, the first time. Exit codes: 0 done, 1 a warning or an error, 64 usage.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
catalogue=$repository/Sources/active-bench/Documentation.docc
picture=$catalogue/rooms.svg
out=${OUT:-$repository/.build-docs/pages}

case "$*" in
'' | --check | --picture) ;;
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
trap 'rm -rf "$scratch"' EXIT
swift package --package-path "$repository" --scratch-path "$scratch/package" dump-package >"$scratch/package.json"
python3 "$repository/jobs/rooms.py" <"$scratch/package.json" >"$scratch/rooms.svg"
if [ "$*" = --picture ]; then
    cp "$scratch/rooms.svg" "$picture"
    exit
fi
if ! cmp -s "$scratch/rooms.svg" "$picture"; then
    echo "$picture does not show the rooms as Package.swift has them: run jobs/docs.sh --picture" >&2
    exit 1
fi
rooms=$(python3 "$repository/jobs/rooms.py" --names <"$scratch/package.json")

# How the compiler finds the C modules that the rooms import: ours, those of Yams, and the system's.
c_modules() {
    local map folder
    for map in "$repository"/Sources/C*/module.modulemap "$modules"/*.build/module.modulemap; do
        printf '%s\n' -Xcc "-fmodule-map-file=$map"
    done
    for folder in "$repository"/Sources/C*/include "$repository"/.build/checkouts/Yams/Sources/CYaml/include; do
        printf '%s\n' -Xcc "-I$folder"
        [ ! -e "$folder/module.modulemap" ] || printf '%s\n' -Xcc "-fmodule-map-file=$folder/module.modulemap"
    done
    for folder in $(pkg-config --cflags-only-I hdf5 "${ACTIVE_BENCH_MPI_PC:-ompi-c}" openblas zlib libcrypto); do
        printf '%s\n' -Xcc "$folder"
    done
}

# Prints the warnings of DocC about every room, and about the chapters together with the room that holds them.
check() {
    local modules=$repository/.build/release flags room name failures=0
    mapfile -t flags < <(c_modules)
    for room in $rooms; do
        name=${room//-/_}
        mkdir "$scratch/$name"
        swift symbolgraph-extract -module-name "$name" -minimum-access-level package -output-dir "$scratch/$name" \
            -I "$modules/Modules" -target "$(uname -m)-unknown-linux-gnu" "${flags[@]}" >/dev/null
        docc convert $([ "$room" != active-bench ] || echo "$catalogue") --additional-symbol-graph-dir "$scratch/$name" \
            --output-path "$scratch/pages" --fallback-display-name "$name" --fallback-bundle-identifier "$name" \
            --warnings-as-errors >"$scratch/complaints" 2>&1 || { cat "$scratch/complaints" >&2; failures=1; }
        rm -rf "$scratch/pages"
    done
    [ "$failures" -eq 0 ]
    echo "the chapters and $(wc -w <<<"$rooms") rooms are documented without a warning"
}

if [ "$*" = --check ]; then
    check
    exit
fi

# The versions that a user's build has resolved stay as they are: this one resolves the plugin besides.
resolved=$repository/Package.resolved
[ ! -e "$resolved" ] || cp -p "$resolved" "$scratch/Package.resolved"
restore() {
    if [ -e "$scratch/Package.resolved" ]; then cp -p "$scratch/Package.resolved" "$resolved"; else rm -f "$resolved"; fi
    rm -rf "$scratch"
}
trap restore EXIT

generate() {
    ACTIVE_BENCH_DOCS=1 swift package --package-path "$repository" --scratch-path "$repository/.build-docs" \
        --allow-writing-to-directory "$out" generate-documentation --symbol-graph-minimum-access-level package \
        --warnings-as-errors --output-path "$out" "$@"
}
mkdir -p "$out"
generate --target active-bench
targets=()
for room in $rooms; do targets+=(--target "$room"); done
generate "${targets[@]}" --enable-experimental-combined-documentation
echo "$out" >&2
