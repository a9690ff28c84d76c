# This file is sourced by the scripts that need Python packages.
#
# python_environment NAME REQUIREMENTS.txt
#   Prints the path of the interpreter in a virtual environment with these packages, which lies below
#   ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}/NAME and is created if it does not exist. Each content of the file has
#   its own environment, which is complete once its file `complete` exists; scripts that run at the same time take
#   turns. PYTHON selects the interpreter (default python3).
python_environment() {
    environment=${ACTIVE_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/active-bench}/$1
    environment=$environment/$(sha256sum "$2" | cut -c1-16)
    mkdir -p "${environment%/*}" || return
    (
        flock 9 || exit
        [ ! -e "$environment/complete" ] || exit 0
        rm -rf "$environment"
        "${PYTHON:-python3}" -m venv "$environment" >&2 &&
            "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$2" >&2 &&
            touch "$environment/complete"
    ) 9>"$environment.lock" || return
    echo "$environment/bin/python"
}
