#!/usr/bin/env bash
# Makes the documentation's pages (DocC): the chapters of Sources/active-bench/Documentation.docc, and every declaration of
# every room that the rest of the package can use. A warning is an error, and so are a picture of the rooms that is out of
# date, a dependency in Package.swift that no file imports, a link of any document to a file that does not exist, and a line
# of a chapter that is longer than Style.md says.
#
# The chapters are to be read as plain Markdown, too, so they link to each other's files: [Teams](Teams.md). DocC gets a copy
# in which these links are its own: [Teams](doc:Teams).
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
# The library of readers for jobs/fuzz.sh is a target only under ACTIVE_BENCH_FUZZ; its dependencies are checked, too.
ACTIVE_BENCH_FUZZ=1 swift package --package-path "$repository" --scratch-path "$scratch/package" dump-package \
    >"$scratch/package.json"
python3 "$repository/jobs/rooms.py" <"$scratch/package.json" >"$scratch/rooms.svg"
if [ "$*" = --picture ]; then
    cp "$scratch/rooms.svg" "$picture"
    exit
fi
if ! cmp -s "$scratch/rooms.svg" "$picture"; then
    echo "$picture does not show the rooms as Package.swift has them: run jobs/docs.sh --picture" >&2
    exit 1
fi
(cd "$repository" && python3 jobs/imports.py <"$scratch/package.json")
rooms=$(python3 "$repository/jobs/rooms.py" --names <"$scratch/package.json")

# The links in the Markdown documents outside of code: a line with the document, a tab, and the target for each.
links() {
    find README.md Sources Tests jobs results -name '*.md' -exec awk '
        FNR == 1 { isCode = 0 }
        /^ *```/ { isCode = !isCode }
        isCode || /^    / { next }
        {
            gsub(/`[^`]*`/, "")
            while (match($0, /\]\([^()]*\)|<doc:[^>]*>/)) {
                target = substr($0, RSTART, RLENGTH)
                gsub(/^(\]\(|<)|[)>]$/, "", target)
                print FILENAME "\t" target
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' {} +
}

check_links() {
    local document target failures=0
    cd "$repository"
    while IFS=$'\t' read -r document target; do
        case $target in
        http://* | https://* | '#'*) continue ;;
        doc:*) echo "$document: the link '$target' works in DocC only: expected a file, as in (${target#doc:}.md)" >&2 ;;
        *)
            [ ! -e "$(dirname "$document")/${target%%#*}" ] || continue
            echo "$document: a link to '$target': expected a file, found none" >&2
            ;;
        esac
        failures=1
    done < <(links)
    return "$failures"
}
(check_links)

# Style.md: a line of a chapter has at most 120 characters, outside of tables.
check_lengths() {
    cd "$repository"
    python3 - README.md "$catalogue"/*.md <<'END'
import sys

failures = 0
for path in sys.argv[1:]:
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        length = len(line.rstrip("\n"))
        if length > 120 and not line.startswith("|"):
            print(f"{path}:{number}: expected at most 120 characters, found {length}", file=sys.stderr)
            failures += 1
sys.exit(failures > 0)
END
}
(check_lengths)

# Makes the links between the chapters of a catalogue DocC's own.
make_links_of_docc() { sed -i -E 's/\]\(([A-Za-z]+)\.md\)/](doc:\1)/g' "$1"/*.md; }

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
    cp -r "$catalogue" "$scratch/Documentation.docc"
    make_links_of_docc "$scratch/Documentation.docc"
    for room in $rooms; do
        name=${room//-/_}
        mkdir "$scratch/$name"
        swift symbolgraph-extract -module-name "$name" -minimum-access-level package -output-dir "$scratch/$name" \
            -I "$modules/Modules" -target "$(uname -m)-unknown-linux-gnu" "${flags[@]}" >/dev/null
        docc convert $([ "$room" != active-bench ] || echo "$scratch/Documentation.docc") --additional-symbol-graph-dir "$scratch/$name" \
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

# The plugin reads the catalogue in the package, and resolves itself besides the versions of a user's build: so it gets a copy.
package=$repository/.build-docs/package
rm -rf "$package"
mkdir -p "$package"
cp -rp "$repository"/{Package.swift,Sources,Tests} "$package"
[ ! -e "$repository/Package.resolved" ] || cp -p "$repository/Package.resolved" "$package"
make_links_of_docc "$package/Sources/active-bench/Documentation.docc"

generate() {
    ACTIVE_BENCH_DOCS=1 swift package --package-path "$package" --scratch-path "$repository/.build-docs" \
        --allow-writing-to-directory "$out" generate-documentation --symbol-graph-minimum-access-level package \
        --warnings-as-errors --output-path "$out" "$@"
}
mkdir -p "$out"
generate --target active-bench
targets=()
for room in $rooms; do targets+=(--target "$room"); done
generate "${targets[@]}" --enable-experimental-combined-documentation
echo "$out" >&2
