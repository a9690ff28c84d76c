#!/usr/bin/env bash
# Gets the model, meshes and textures of the kitchen environments from the Python wheel d4rl 1.1 (Apache-2.0), which pip
# downloads from the package index it is configured for. No Python package is installed, and Python is not needed later.
#
#   jobs/fetch-kitchen.sh              (jobs/setup.sh --kitchen calls this)
#   ACTIVE_BENCH_CACHE=FOLDER          the files go to FOLDER/kitchen (default ~/.cache/active-bench)
#   ACTIVE_BENCH_KITCHEN_WHEEL=FILE    a copy of d4rl-1.1-py3-none-any.whl, for machines that cannot reach an index
#   PYTHON=PROGRAM                     the Python whose pip is used (default python3), with pip's settings: pip.conf, PIP_INDEX_URL …
#
# Can be called again: valid files are kept, damaged ones are replaced. Exit codes: 0 all files are valid, 64 usage,
# 65 the file is not the wheel, 69 pip or unzip is missing, 74 the download or a write failed.
set -euo pipefail

wheel_name=d4rl-1.1-py3-none-any.whl
wheel_version=d4rl==1.1
wheel_sha256=9b7757a4fd2d9e902548a2df7c296e4d42160320965fddfd8e7377bae001e852

case "${1:-}" in
-h | --help)
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac
if [ $# -gt 0 ]; then
    echo "unknown argument '$1'; see jobs/fetch-kitchen.sh --help" >&2
    exit 64
fi

# Sourced for its functions only; the program is not needed and not built.
ACTIVE_BENCH_BINARY=${ACTIVE_BENCH_BINARY:-none} source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cache=${ACTIVE_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/active-bench}
target=$cache/kitchen
wheel=${ACTIVE_BENCH_KITCHEN_WHEEL:-}

# Whether every file in folder $1 equals that of the wheel.
is_whole() { [ -f "$1/SHA256SUMS" ] && (cd "$1" && sha256sum --check --status --strict SHA256SUMS 2>/dev/null); }

# Installs Debian's packages of the tools in $@ that are missing ("pip" is python3-pip).
require_tools() {
    local tool missing=()
    for tool in "$@"; do has "$tool" || missing+=("$tool"); done
    [ ${#missing[@]} -eq 0 ] && return
    packages=("${missing[@]/#pip/python3-pip}")
    install_missing_packages
    for tool in "${missing[@]}"; do
        if ! has "$tool"; then
            say "$tool is missing: install it"
            exit 69
        fi
    done
}

has() { if [ "$1" = pip ]; then pip --version >/dev/null 2>&1; else command -v "$1" >/dev/null; fi; }

pip() { "${PYTHON:-python3}" -m pip "$@"; }

# Downloads the wheel into folder $1. pip checks its digest, which also differs if the download was truncated.
download() {
    say "kitchen: 26.4 MB, $wheel_version with pip"
    echo "$wheel_version --hash=sha256:$wheel_sha256" >"$1/requirement.txt"
    if pip download --quiet --disable-pip-version-check --no-input --no-cache-dir --no-deps --only-binary :all: \
        --require-hashes --requirement "$1/requirement.txt" --dest "$1" 2>"$1/errors"; then return; fi
    cat "$1/errors" >&2
    if grep -q 'DO NOT MATCH THE HASHES' "$1/errors"; then
        say "kitchen: what pip downloaded is not $wheel_name: expected SHA-256 $wheel_sha256, found another"
        exit 65
    fi
    say "kitchen: pip cannot download $wheel_name, see above; or copy it to this machine and set ACTIVE_BENCH_KITCHEN_WHEEL"
    exit 74
}

# Fails unless file $1, called $2 in the message, is the wheel.
require_the_wheel() {
    local found
    if [ ! -f "$1" ] || [ ! -r "$1" ]; then
        say "kitchen: cannot read $2"
        exit 74
    fi
    found=$(sha256sum <"$1" | cut -d ' ' -f 1)
    if [ "$found" != "$wheel_sha256" ]; then
        say "kitchen: $2 is not $wheel_name: expected SHA-256 $wheel_sha256, found $found"
        exit 65
    fi
}

# Unpacks the model's files with their licence into the folder $2, and records the digest of every file.
unpack() {
    unzip -q "$1" 'd4rl/kitchen/*.xml' 'd4rl/kitchen/*.stl' 'd4rl/kitchen/*.png' d4rl-1.1.dist-info/LICENSE -d "$2" &&
        mv "$2/d4rl-1.1.dist-info/LICENSE" "$2/d4rl/kitchen/LICENSE" &&
        (cd "$2/d4rl/kitchen" && find . -type f -exec sha256sum {} + >"$2/SHA256SUMS") &&
        mv "$2/SHA256SUMS" "$2/d4rl/kitchen/SHA256SUMS"
}

# Moves the folder $1 to its place atomically. If the move fails because another script has just done the same, its files are
# as good.
install_folder() {
    if [ -e "$target" ]; then mv -T "$target" "$stage/damaged" 2>/dev/null || true; fi
    mv -T "$1" "$target" 2>/dev/null || is_whole "$target"
}

if is_whole "$target"; then
    say "the kitchen is there: $target"
    exit 0
fi
require_tools unzip
[ -n "$wheel" ] || require_tools pip
if ! mkdir -p "$cache" || [ ! -w "$cache" ]; then
    say "$cache: cannot write into this folder"
    exit 74
fi
cache=$(cd "$cache" && pwd)
target=$cache/kitchen
stage=$(mktemp -d "$cache/.kitchen.XXXXXX")
trap 'rm -rf "$stage"' EXIT
if [ -n "$wheel" ]; then
    require_the_wheel "$wheel" "$wheel"
else
    download "$stage"
    wheel=$stage/$wheel_name
    require_the_wheel "$wheel" "what was downloaded"
fi
if ! unpack "$wheel" "$stage" || ! install_folder "$stage/d4rl/kitchen"; then
    say "$target: cannot write the kitchen's files"
    exit 74
fi
say "the kitchen is there: $target"
