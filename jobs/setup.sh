#!/usr/bin/env bash
# Installs the packages that active-bench needs and that are missing, and builds the release binary.
# The other scripts of this folder source it. Can be called again, from any folder, as root or not.
#
#   jobs/setup.sh                 packages of Debian 12, then `swift build -c release`
#   jobs/setup.sh --kitchen       the kitchen environments' model and meshes as well (see jobs/fetch-kitchen.sh)
#   ACTIVE_BENCH_NO_INSTALL=1     install nothing; print what is missing and stop
#   ACTIVE_BENCH_BINARY=FILE      use this program instead of building it
set -euo pipefail

with_kitchen=
if [ "${BASH_SOURCE[0]}" = "$0" ]; then # a script that sources this has its own arguments
    case "$*" in
    '') ;;
    --kitchen) with_kitchen=1 ;;
    -h | --help)
        sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "$0"
        exit 0
        ;;
    *)
        echo "unknown argument '$*'; see jobs/setup.sh --help" >&2
        exit 64
        ;;
    esac
fi

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${ACTIVE_BENCH_BINARY:-$repository/.build/release/active-bench}
packages=(libopenmpi-dev openmpi-bin libopenblas-dev libhdf5-dev libmujoco-dev libssl-dev zlib1g-dev pkg-config)

say() { printf '%s\n' "$*" >&2 || true; } # a message that cannot be written does not end the script

# Whether sudo works without a password, or there is a terminal on which to type one.
can_sudo() { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }

install_missing_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: the build reports what is missing
    local missing=() package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if [ -z "${ACTIVE_BENCH_NO_INSTALL:-}" ] && [ "$(id -u)" -eq 0 ]; then
        say "installing ${missing[*]}"
        DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
    elif [ -z "${ACTIVE_BENCH_NO_INSTALL:-}" ] && can_sudo; then
        say "installing ${missing[*]}"
        sudo env DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
    else
        say "missing: ${missing[*]}"
        say "run as root: sh -c '$command'"
        exit 69
    fi
}

require_swift() {
    if ! command -v swift >/dev/null; then
        say "no Swift toolchain on PATH: install Swift 6.2 or newer from https://swift.org/install"
        exit 69
    fi
}

build_release() {
    say "building the release binary"
    swift build -c release --package-path "$repository" >&2
}

# Open MPI refuses root unless two variables allow it, spins when idle, and guesses where to place ranks.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
# Under mpirun a rank always sees a pseudo-terminal, so whether there is a real terminal is determined here.
if [ -t 2 ]; then export ACTIVE_BENCH_TTY=1; else export ACTIVE_BENCH_TTY=0; fi

# build_later is set by scripts that source this with more packages, or build more.
if [ -z "${ACTIVE_BENCH_BINARY:-}${build_later:-}" ]; then
    install_missing_packages
    require_swift
    build_release
fi
if [ -n "$with_kitchen" ]; then "$repository/jobs/fetch-kitchen.sh"; fi
