# shellcheck shell=bash
# What the batch scripts of slurm/ and pbs/ share: their variables, the launch of a run, and what to do after its end. They source
# this file by the path $REPOSITORY, because a batch system runs a copy of a script from elsewhere.
#
# A run that is sent SIGUSR1 saves its unfinished cases and ends with 75; the same command continues from there. A batch
# system's warning before the time limit is handed on as that signal, and a job that ended with 75 is started again.

# The variables and their defaults.
: "${BINARY:=$REPOSITORY/.build/release/active-bench}"
: "${STUDY:=$REPOSITORY/jobs/studies/quickstart.yaml}"
: "${OUT:=$REPOSITORY/runs/$(basename "$STUDY" .yaml)}" # on a file system that all nodes see
: "${ACTIVE_BENCH_DATA:=${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}"
: "${MODULES:=}"            # modules to load before the run, e.g. "openmpi/4.1 hdf5 openblas"
: "${LAUNCHER:=mpirun --map-by core --bind-to core}" # a command with its options, or the one word srun
: "${TEAM_SIZE:=}"          # ranks that share one case; this and the next three: empty, and the program decides
: "${CHECKPOINT_MINUTES:=}" # what a crash may cost at most
: "${HANG_TIMEOUT:=}"       # seconds without progress after which the run ends itself with 71
: "${MAX_HOURS:=}"          # the run stops itself with 75 after so long
: "${MAX_RESTARTS:=50}"     # how often one job is started again, for whatever reason
: "${MAX_FAILURES:=3}"      # how often after a failure, so that a job that dies at once does not do so for ever

# srun has to start ranks by PMIx; otherwise each rank would believe that it is alone. Where it does not end a job with a
# rank that has died, the others wait for that rank for ever (Slurm's default); where it does so at once, the first rank
# to leave a stopped run ends the others while they exit. --wait gives them time.
if [ "$LAUNCHER" = srun ]; then LAUNCHER="srun --mpi=pmix --kill-on-bad-exit=0 --wait=8"; fi

# A message that cannot be written does not end the job: its log may be on a full disk.
say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2 || true; }

# What the signal traps and run_study leave for each other.
begun='' hours_gone='' launcher='' stop_asked='' end_asked='' interrupted='' status=0
handed_on=() # what prepare_run has mpirun export

# SIGUSR1: the time is nearly up. SIGTERM: somebody ends the job (the batch system then kills what is left, seconds
# later), so the run may save what it has, but it is not for this script to start it again.
stop_run() {
    interrupted=1 stop_asked=1
    [ "$1" = USR1 ] || end_asked=1
    say "SIG$1: the run is asked to save and stop"
    [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null || true
}

prepare_run() {
    if [ -n "$MODULES" ]; then
        # shellcheck disable=SC2086
        module load $MODULES
    fi
    if [ ! -x "$BINARY" ]; then
        say "$BINARY is not there: build it with jobs/setup.sh, or set BINARY"
        exit 64
    fi
    # A rank that waits lets others compute: by itself Open MPI does so only where it can see that ranks outnumber cores,
    # which it cannot under srun (a message then takes 8 ms). It costs less than a microsecond a message.
    export ACTIVE_BENCH_DATA ACTIVE_BENCH_TTY=0 OMPI_MCA_mpi_yield_when_idle=1
    # What mpirun makes of SIGINT and SIGTERM: its ranks get SIGTERM after so many seconds and SIGKILL after as many more.
    # One second, as it is by default, need not be enough to save (Open MPI 4 and 5).
    export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-10}
    export PRTE_MCA_odls_base_sigkill_timeout=${PRTE_MCA_odls_base_sigkill_timeout:-10}
    # mpirun hands these on to ranks that it starts through ssh; srun hands on everything. Where the nodes' processors
    # differ, set OPENBLAS_CORETYPE to kernels that all of them have.
    local name
    for name in ACTIVE_BENCH_DATA ACTIVE_BENCH_TTY ACTIVE_BENCH_JOB ACTIVE_BENCH_JOB_STARTS D4RL_DATASET_DIR \
        OPENBLAS_CORETYPE LD_LIBRARY_PATH; do
        if [ -n "${!name:-}" ] && [[ $LAUNCHER == mpirun* ]]; then handed_on+=(-x "$name"); fi
    done
}

# Runs a command that hears of the job's signals; its exit code is `status` afterwards.
follow() {
    "$@" &
    launcher=$!
    if [ -n "$stop_asked" ]; then kill -USR1 "$launcher" 2>/dev/null || true; fi # between the two lines above
    # A signal that is trapped ends `wait` as well: wait until it was the command that ended it.
    while
        interrupted='' status=0
        wait "$launcher" || status=$?
        [ -n "$interrupted" ]
    do :; done
}

# Runs the study once; its exit code is `status` afterwards.
run_once() {
    local options=() hours=$MAX_HOURS
    if [ -z "$begun" ]; then
        begun=$SECONDS
    elif [ -n "$hours" ]; then # what is left of them
        hours=$(seconds_left | awk '{ printf "%.4f", $1 / 3600 }')
    fi
    [ -z "$TEAM_SIZE" ] || options+=(--team-size "$TEAM_SIZE")
    [ -z "$CHECKPOINT_MINUTES" ] || options+=(--checkpoint-minutes "$CHECKPOINT_MINUTES")
    [ -z "$HANG_TIMEOUT" ] || options+=(--hang-timeout "$HANG_TIMEOUT")
    [ -z "$hours" ] || options+=(--max-hours "$hours")
    # LAUNCHER is meant to be split into words.
    # shellcheck disable=SC2086
    follow $LAUNCHER "${handed_on[@]}" "$BINARY" run "$STUDY" --out "$OUT" "${options[@]}"
    say "the run has ended with $status"
}

# Runs the study until it is complete, until somebody asks it to stop, or until living jobs hold all cases that are left;
# `status` is then 0 although the study is not complete. A claim does not prove that its job is alive, which may have been
# killed. Its case is free after five minutes: this job waits for that, but not for longer than the run may take.
run_study() {
    local limit
    status=75
    if [ -z "$stop_asked" ]; then run_once; fi # else before it began
    while [ "$status" = 75 ] && [ -z "$stop_asked" ] && [ ! -e "$OUT/STOP" ] && ! hours_are_over; do
        say "what is left is in use by other jobs: watching whether they are at work"
        limit=()
        if [ -n "$MAX_HOURS" ]; then
            limit=(timeout --foreground --signal=USR1 "$(seconds_left | awk '{ print ($1 > 6 ? $1 - 5 : 1) }')")
        fi
        follow "${limit[@]}" "$BINARY" status "$OUT" --others-at-work
        case $status in
        0) say "this job has done its part: what is left, if anything, other jobs are at work on" ;;
        75) # free: unless the hours went by, or somebody asked to stop, while it was watched
            if [ -z "$stop_asked" ] && [ ! -e "$OUT/STOP" ] && ! hours_are_over; then run_once; fi
            ;;
        124)
            say "the hours are over: nobody has been seen at work on what is left"
            hours_gone=1 status=75
            return
            ;;
        *) # interrupted, or the folder cannot be read
            status=75
            return
            ;;
        esac
    done
}

# The seconds that are left of MAX_HOURS.
seconds_left() {
    awk -v hours="$MAX_HOURS" -v seconds=$((SECONDS - begun)) 'BEGIN { printf "%.1f", 3600 * hours - seconds }'
}

# Whether the run has had its MAX_HOURS, a few seconds for its start and end aside.
hours_are_over() {
    [ -n "$hours_gone" ] && return
    [ -n "$MAX_HOURS" ] && [ -n "$begun" ] && seconds_left | awk '{ exit !($1 <= 5) }'
}

# Whether job $1, which was started again $2 times before, should be started once more after a run that ended with `status`.
# The failures of a job are counted in a file beside the run's logs: the batch system counts all starts together, whatever their reason.
wants_another_start() {
    local journal=$OUT/logs/restarts.log what limit=$MAX_FAILURES alike='[0-9]+' count
    case $status in
    75) # stopped and saved
        if [ -e "$OUT/STOP" ]; then return 1; fi # until somebody removes it
        if [ -z "$stop_asked" ] && ! hours_are_over; then return 1; fi
        what=
        ;;
    71) what="a rank hung" limit=1 alike=71 ;;              # twice in one job is no accident
    137 | 143) what="a rank was killed" ;;                  # out of memory, or its node failed
    138) what="SIGUSR1 came before the run could hear it, or twice" ;; # in its first moments
    205) what="a host was lost" ;;                          # mpirun's word for it
    *) return 1 ;;
    esac
    if [ -n "$end_asked" ]; then return 1; fi
    if [ "$2" -ge "$MAX_RESTARTS" ]; then
        say "not started again: that was so $2 times (MAX_RESTARTS)"
        return 1
    fi
    if [ -z "$what" ]; then return 0; fi
    mkdir -p "$OUT/logs"
    echo "$(date -u +%FT%TZ) job $1 start $2: exit $status, $what" >>"$journal"
    count=$(grep -cE " job $1 start [0-9]+: exit $alike," "$journal" || true)
    if [ "$count" -gt "$limit" ]; then
        say "not started again: $what, and this is failure $count of the job (see $journal)"
        return 1
    fi
}

trap 'stop_run USR1' USR1
trap 'stop_run TERM' TERM
