# shellcheck shell=bash
# What the batch scripts of slurm/ and pbs/ share: their variables, the launch of a run, and the decision whether the job is
# started again. They source this file below $REPOSITORY, because a batch system runs a copy of a script from another folder.
#
# A run that receives SIGUSR1 saves its unfinished cases and ends with 75; the same command continues from there. A batch
# system's warning before the time limit is forwarded as that signal, and a job that ended with 75 is started again.

# The variables and their defaults.
: "${BINARY:=$REPOSITORY/.build/release/active-bench}"
: "${STUDY:=$REPOSITORY/jobs/studies/quickstart.yaml}"
: "${OUT:=$REPOSITORY/runs/$(basename "$STUDY" .yaml)}" # on a file system that all nodes see
: "${ACTIVE_BENCH_DATA:=${XDG_DATA_HOME:-$HOME/.local/share}/active-bench/datasets}"
: "${MODULES:=}"            # modules to load before the run, e.g. "openmpi/4.1 hdf5 openblas"
: "${LAUNCHER:=mpirun --map-by core --bind-to core}" # a command with its options, or just srun
: "${TEAM_SIZE:=}"          # ranks per case; if this or one of the next three is empty, the program decides
: "${CHECKPOINT_MINUTES:=}" # minutes of work that a crash may lose
: "${HANG_TIMEOUT:=}"       # seconds without progress after which the run ends itself with 71
: "${MAX_HOURS:=}"          # hours after which the run stops itself with 75
: "${MAX_RESTARTS:=50}"     # times that one job is started again, for any reason
: "${MAX_FAILURES:=3}"      # of these, times after a failure, so that a job that always fails ends

# srun must start ranks by PMIx; otherwise each rank runs as a job of one. By default srun does not end a job whose rank has
# died, and the other ranks wait for it without end. If it ended the job at once, the first rank to leave a stopped run would
# end the others while they exit; --wait gives them time.
if [ "$LAUNCHER" = srun ]; then LAUNCHER="srun --mpi=pmix --kill-on-bad-exit=0 --wait=8"; fi

# A message that cannot be written does not end the job: its log may be on a full disk.
say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2 || true; }

# The state that the signal traps and run_study share.
begun='' hours_gone='' launcher='' stop_asked='' end_asked='' interrupted='' status=0
exported=() # the variables that mpirun passes to ranks on other nodes

# Forwards a signal. SIGUSR1: the time limit is near. SIGTERM: a user ends the job (seconds later the batch system kills its
# processes): the run saves what it can, and this script does not start it again.
stop_run() {
    interrupted=1 stop_asked=1
    [ "$1" = USR1 ] || end_asked=1
    say "SIG$1: asking the run to save and stop"
    [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null || true
}

prepare_run() {
    if [ -n "$MODULES" ]; then
        # shellcheck disable=SC2086
        module load $MODULES
    fi
    if [ ! -x "$BINARY" ]; then
        say "cannot find $BINARY: build it with jobs/setup.sh, or set BINARY"
        exit 64
    fi
    # A rank that waits yields its core. By default Open MPI does so only if it sees more ranks than cores, which it cannot see
    # under srun (a message then takes 8 ms). Yielding costs less than a microsecond per message.
    export ACTIVE_BENCH_DATA ACTIVE_BENCH_TTY=0 OMPI_MCA_mpi_yield_when_idle=1
    # After SIGINT or SIGTERM, mpirun sends its ranks SIGTERM after this number of seconds, and SIGKILL after as many again. The default
    # of one second can be too short to save (Open MPI 4 and 5).
    export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-10}
    export PRTE_MCA_odls_base_sigkill_timeout=${PRTE_MCA_odls_base_sigkill_timeout:-10}
    # mpirun passes these to ranks that it starts through ssh; srun passes all variables.
    local name
    for name in ACTIVE_BENCH_DATA ACTIVE_BENCH_TTY ACTIVE_BENCH_JOB ACTIVE_BENCH_JOB_STARTS D4RL_DATASET_DIR \
        ACTIVE_BENCH_PRODUCTS OPENBLAS_CORETYPE LD_LIBRARY_PATH; do
        if [ -n "${!name:-}" ] && [[ $LAUNCHER == mpirun* ]]; then exported+=(-x "$name"); fi
    done
}

# Runs a command and forwards the job's signals to it; sets `status` to its exit code.
follow() {
    "$@" &
    launcher=$!
    if [ -n "$stop_asked" ]; then kill -USR1 "$launcher" 2>/dev/null || true; fi # a signal came before `launcher` was set
    # A trapped signal ends `wait` too; wait again until the command has ended.
    while
        interrupted='' status=0
        wait "$launcher" || status=$?
        [ -n "$interrupted" ]
    do :; done
}

# Runs the study once; sets `status` to its exit code.
run_once() {
    local options=() hours=$MAX_HOURS
    if [ -z "$begun" ]; then
        begun=$SECONDS
    elif [ -n "$hours" ]; then # not the first start of this job: the remaining hours
        hours=$(seconds_left | awk '{ printf "%.4f", $1 / 3600 }')
    fi
    [ -z "$TEAM_SIZE" ] || options+=(--team-size "$TEAM_SIZE")
    [ -z "$CHECKPOINT_MINUTES" ] || options+=(--checkpoint-minutes "$CHECKPOINT_MINUTES")
    [ -z "$HANG_TIMEOUT" ] || options+=(--hang-timeout "$HANG_TIMEOUT")
    [ -z "$hours" ] || options+=(--max-hours "$hours")
    # LAUNCHER must be split into words.
    # shellcheck disable=SC2086
    follow $LAUNCHER "${exported[@]}" "$BINARY" run "$STUDY" --out "$OUT" "${options[@]}"
    say "the run has ended with $status"
}

# Runs the study until it is complete, a stop is requested, or all remaining cases are in use by jobs that are alive; in the
# last case `status` is 0 although the study is not complete. A claim does not prove that its job is alive: the job may have
# been killed, and then the case is free after five minutes. This job waits for that, within the hours of the run.
run_study() {
    local limit
    status=75
    if [ -z "$stop_asked" ]; then run_once; fi # otherwise the signal came before the start
    while [ "$status" = 75 ] && [ -z "$stop_asked" ] && [ ! -e "$OUT/STOP" ] && ! hours_are_over; do
        say "the remaining cases are in use by other jobs: checking whether these are alive"
        limit=()
        if [ -n "$MAX_HOURS" ]; then
            limit=(timeout --foreground --signal=USR1 "$(seconds_left | awk '{ print ($1 > 6 ? $1 - 5 : 1) }')")
        fi
        follow "${limit[@]}" "$BINARY" status "$OUT" --others-at-work
        case $status in
        0) say "this job is done: any remaining cases are in progress in other jobs" ;;
        75) # a case is free; the hours may have passed, or a stop may have been requested, meanwhile
            if [ -z "$stop_asked" ] && [ ! -e "$OUT/STOP" ] && ! hours_are_over; then run_once; fi
            ;;
        124)
            say "MAX_HOURS have passed: no other job was seen at work on the remaining cases"
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

# Prints the seconds that remain of MAX_HOURS.
seconds_left() {
    awk -v hours="$MAX_HOURS" -v seconds=$((SECONDS - begun)) 'BEGIN { printf "%.1f", 3600 * hours - seconds }'
}

# Whether MAX_HOURS have passed, except for the few seconds of a start and an end.
hours_are_over() {
    [ -n "$hours_gone" ] && return
    [ -n "$MAX_HOURS" ] && [ -n "$begun" ] && seconds_left | awk '{ exit !($1 <= 5) }'
}

# Whether job $1, which has been started again $2 times, is to be started once more after a run that ended with `status`.
# A job's failures are counted in a file in the run's folder of logs, because the batch system's counter includes restarts for
# any other reason.
wants_another_start() {
    local journal=$OUT/logs/restarts.log what limit=$MAX_FAILURES codes='[0-9]+' count
    case $status in
    75) # stopped and saved
        if [ -e "$OUT/STOP" ]; then return 1; fi # until a user removes it
        if [ -z "$stop_asked" ] && ! hours_are_over; then return 1; fi
        what=
        ;;
    71) what="a rank hung" limit=1 codes=71 ;;              # a second time in one job has a cause in the job
    137 | 143) what="a rank was killed" ;;                  # out of memory, or its node failed
    138) what="SIGUSR1 came twice, or before the run could handle it" ;; # in its first seconds
    205) what="a host was lost" ;;                          # mpirun's own exit code
    *) return 1 ;;
    esac
    if [ -n "$end_asked" ]; then return 1; fi
    if [ "$2" -ge "$MAX_RESTARTS" ]; then
        say "not started again: it has been started again $2 times (MAX_RESTARTS)"
        return 1
    fi
    if [ -z "$what" ]; then return 0; fi
    mkdir -p "$OUT/logs"
    echo "$(date -u +%FT%TZ) job $1 start $2: exit $status, $what" >>"$journal"
    count=$(grep -cE " job $1 start [0-9]+: exit $codes," "$journal" || true)
    if [ "$count" -gt "$limit" ]; then
        say "not started again: $what, and this is failure $count of the job (see $journal)"
        return 1
    fi
}

trap 'stop_run USR1' USR1
trap 'stop_run TERM' TERM
