# Sourced by the scripts that need Python packages.
#
# python_environment NAME REQUIREMENTS.txt
#   Prints the interpreter of a throw-away environment with these packages below
#   ${ACTIVE_BENCH_CACHE:-~/.cache/active-bench}/NAME, made where it is not there. There is one for each content of the
#   file, used once its last file `complete` is there; two scripts at once take turns. PYTHON chooses the interpreter
#   (default python3).
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
