# Sourced by the scripts that need Python packages.
#
# python_environment NAME REQUIREMENTS.txt
#   Prints the interpreter of a throw-away environment with these packages below
#   ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}/NAME, made where it is not there. There is one for each content of the
#   file, and it appears under its name only when complete. PYTHON chooses the interpreter (default python3).
python_environment() {
    environment=${ACTIVE_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/active-bench}/$1
    environment=$environment/$(sha256sum "$2" | cut -c1-16)
    if [ ! -e "$environment/complete" ]; then
        rm -rf "$environment"
        mkdir -p "${environment%/*}" || return
        "${PYTHON:-python3}" -m venv "$environment" >&2 || return
        "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$2" >&2 || return
        touch "$environment/complete" || return
    fi
    echo "$environment/bin/python"
}
