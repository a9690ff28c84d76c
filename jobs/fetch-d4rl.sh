#!/usr/bin/env bash
# Downloads D4RL's datasets of the paper's table, continues interrupted downloads, and checks size and SHA-256.
#
#   jobs/fetch-d4rl.sh                       all of them, 3.5 GB
#   jobs/fetch-d4rl.sh hopper-medium-v2 …    only these; `active-bench data list` prints the names
#   ACTIVE_BENCH_DATA or D4RL_DATASET_DIR    the folder for the files (default ~/.local/share/active-bench/datasets)
#   ACTIVE_BENCH_D4RL_URL=ADDRESS            a mirror with the same paths as D4RL's server
#   ACTIVE_BENCH_BINARY=FILE                 the program that knows addresses and digests, instead of building it
#
# Can be called again: valid files are kept. Exit codes: 0 all files are valid, 64 usage, 65 an unknown dataset or a file that
# is not D4RL's, 69 curl is missing, 74 a download failed.
set -euo pipefail

case "${1:-}" in
-h | --help)
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
-*)
    echo "unknown option '$1'; see jobs/fetch-d4rl.sh --help" >&2
    exit 64
    ;;
esac

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

data=${ACTIVE_BENCH_DATA:-${D4RL_DATASET_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}}
attempts=3 # consecutive attempts without new bytes before a download fails

require_curl() {
    command -v curl >/dev/null && return
    packages=(curl)
    install_missing_packages
    if ! command -v curl >/dev/null; then
        say "curl is missing: install it"
        exit 69
    fi
}

# Lets only one script write into the folder at a time, if the file system has locks.
lock_folder() {
    command -v flock >/dev/null || return 0
    exec 9>"$data/.fetch-d4rl.lock"
    local status=0
    flock -n -E 75 9 2>/dev/null || status=$?
    if [ "$status" -eq 75 ]; then
        say "another fetch is running in $data: wait until it has ended"
        exit 74
    fi
}

# Prints the size of a file in bytes; 0 if it does not exist.
size() { if [ -f "$1" ]; then stat -L -c %s "$1"; else echo 0; fi; }
digest() { sha256sum "$1" | cut -d ' ' -f 1; }
# Prints a number of bytes for messages: "237.7 MB".
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }

# Prints how file $1 differs from size $2 and digest $3; nothing if it does not.
difference() {
    local found
    found=$(size "$1")
    if [ "$found" -ne "$2" ]; then
        echo "expected $2 bytes, found $found"
        return
    fi
    found=$(digest "$1")
    if [ "$found" != "$3" ]; then echo "expected SHA-256 $3, found $found"; fi
}

# Downloads $1, of $3 bytes, to $2, continuing after the bytes that it has. Tries again as long as attempts bring new bytes; sets
# `reason` to the reason of a failure.
download() {
    local url=$1 part=$2 bytes=$3 fruitless=0 before after status progress=--silent
    if [ -t 2 ]; then progress=--progress-bar; fi
    after=$(size "$part")
    while :; do
        before=$after
        if [ "$before" -eq "$bytes" ]; then return 0; fi
        status=0
        reason=$(curl --fail --location "$progress" --write-out '%{errormsg}' --connect-timeout 30 \
            --speed-limit 1000 --speed-time 60 --max-filesize "$bytes" --continue-at - --output "$part" "$url") ||
            status=$?
        case $status in
        0) return 0 ;;
        33 | 36) rm -f "$part" ;;               # the server cannot continue a file: start again
        6 | 7 | 18 | 28 | 35 | 52 | 55 | 56) ;; # the connection failed
        *) return "$status" ;;
        esac
        after=$(size "$part")
        fruitless=$((after > before ? 0 : fruitless + 1))
        if [ "$fruitless" -ge "$attempts" ]; then return "$status"; fi
        sleep 1
    done
}

# Downloads one dataset if it is missing. Returns 0 if its file is then valid, otherwise this script's exit code.
fetch() {
    local name=$1 url=$2 bytes=$3 sha256=$4 target="$data/$5" part="$data/$5.part" wrong status=0
    if [ -f "$target" ]; then
        wrong=$(difference "$target" "$bytes" "$sha256")
        if [ -z "$wrong" ]; then
            say "$name is there: $target"
            return 0
        fi
        say "$name: $target is not D4RL's file: $wrong; move it away, or set ACTIVE_BENCH_DATA to another folder"
        return 65
    fi
    say "$name: $(megabytes "$bytes") from $url"
    if [ "$(size "$part")" -gt "$bytes" ]; then rm -f "$part"; fi
    download "$url" "$part" "$bytes" || status=$?
    if [ "$status" -eq 63 ]; then # curl has seen the size and stopped
        rm -f "$part"
        say "$name: $url is not D4RL's file: expected $bytes bytes, found more"
        return 65
    elif [ "$status" -ne 0 ]; then
        say "$name: cannot download $url: ${reason:-curl ends with code $status}"
        if [ -s "$part" ]; then say "$name: another call continues after the $(size "$part") bytes downloaded so far"; fi
        return 74
    fi
    wrong=$(difference "$part" "$bytes" "$sha256")
    if [ -n "$wrong" ]; then
        rm -f "$part"
        say "$name: $url is not D4RL's file: $wrong; removed what was downloaded"
        return 65
    fi
    mv "$part" "$target"
    say "$name is there: $target"
}

# Checks the names before anything is downloaded.
table=$("$binary" data list --tsv "$@")
require_curl
if ! mkdir -p "$data" || [ ! -w "$data" ]; then
    say "$data: cannot write into this folder"
    exit 74
fi
lock_folder
count=$(wc -l <<<"$table")
total=$(awk -F '\t' '{ sum += $3 } END { printf "%.0f", sum }' <<<"$table")
say "$count dataset$([ "$count" -eq 1 ] || echo s), $(megabytes "$total") in all, to $data"

failed=()
worst=0
while IFS=$'\t' read -r name url bytes sha256 file; do
    status=0
    fetch "$name" "$url" "$bytes" "$sha256" "$file" || status=$?
    if [ "$status" -ne 0 ]; then
        failed+=("$name")
        if [ "$worst" -ne 65 ]; then worst=$status; fi
    fi
done <<<"$table"

say "$((count - ${#failed[@]})) of $count there$([ ${#failed[@]} -eq 0 ] || echo "; failed: ${failed[*]}")"
exit "$worst"
