#!/usr/bin/env bash
# Kills and stops a small study at random times for hours, and continues it on another number of ranks in teams of another size,
# until it is complete; then begins with an empty folder again. After each complete run its files must equal those of an
# uninterrupted run, byte for byte; no finished case may be computed again, and no restart may repeat more steps than lie
# between two checkpoints.
#
#   jobs/soak.sh                                    200 SIGKILLs of a rank, 100 stops by SIGUSR1
#   KILLS=20 STOPS=10 OUT=/scratch/soak jobs/soak.sh
#   RESULTS=FILE jobs/soak.sh                       also writes the summary to FILE, such as
#                                                   results/reliability/soak-DATE-seed-SEED.md
#   SEED=N                                          repeats the random choices of an earlier run, which prints its seed
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

kills=${KILLS:-200}
stops=${STOPS:-100}
seed=${SEED:-$(date +%s)}
out=${OUT:-$repository/runs/soak}
results=${RESULTS:-}
commit=${COMMIT:-$(git -C "$repository" rev-parse --short HEAD 2>/dev/null || echo unknown)}
most_ranks=${MOST_RANKS:-4}
steps=${STEPS:-2000}             # gradient steps of a case
interval=${INTERVAL:-100}        # steps between two checkpoints
pause=${PAUSE:-5}                # milliseconds added to every step, so that interruptions come during training
patience=${PATIENCE:-8}          # the largest number of seconds before an interruption
limit=${LIMIT:-$((600 + 8 * steps * (pause + 20) / 1000))} # seconds after which a start counts as hung, enough for one rank to run all cases

RANDOM=$seed
say "seed $seed (SEED=$seed repeats it)"
say "folder $out"
rm -rf "$out/rounds" "$out/reference"
mkdir -p "$out/rounds" "$out/data"
export ACTIVE_BENCH_DATA=$out/data
began=$SECONDS

fail() {
    say "FAILED (seed $seed): $*"
    write_summary "FAILED: $*"
    exit 1
}

# below N: sets $drawn to a random whole number from 0 to N-1. (Printed from a subshell, it would not advance the generator.)
below() { drawn=$(((RANDOM * 32768 + RANDOM) % $1)); }

prepare() {
    if [ ! -s "$out/data/hopper_soak-r1.hdf5" ]; then
        "$binary" collect rollout --env hopper --policy "$repository/results/behaviour/hopper/medium.safetensors" \
            --transitions 5000 --seed 0 --out "$out/data/hopper_soak-r1.hdf5" >&2
    fi
    cat >"$out/study.yaml" <<EOF
name: soak
datasets: [hopper-soak-r1]
seeds: [0, 1]
steps: $steps
evaluate: {every: $((steps / 4)), episodes: 3}
learners:
  TD3+BC: {hidden: [16, 16], batch: 32}
  SQL: {hidden: [16, 16], batch: 32, actor_dropout: 0.1}
  CQL: {hidden: [16, 16], critic_hidden: [16, 16], batch: 32, sampled_actions: 3}
  ACTIVE-I: {hidden: [16, 16], batch: 32, m: 6}
EOF
    "$binary" run "$out/study.yaml" --out "$out/reference" --keep-checkpoints >"$out/reference.log" 2>&1 ||
        fail "the undisturbed run: $(tail -1 "$out/reference.log")"
}

# start FOLDER RANKS TEAM: starts the study in the background; sets $job to mpirun's process number.
start() {
    ACTIVE_BENCH_FAULT=sleep=$pause timeout --foreground -k 10 "$limit" \
        mpirun -n "$2" --oversubscribe --bind-to none "$binary" run "$out/study.yaml" --out "$1" --team-size "$3" \
        --checkpoint-steps "$interval" --keep-checkpoints >"$1.log" 2>&1 &
    limiter=$!
    job=
    while [ -z "$job" ] && kill -0 "$limiter" 2>/dev/null; do
        job=$(pgrep -P "$limiter" -x mpirun || true)
        sleep 0.05
    done
}

# Whether this start has begun a case, and so handles signals.
is_training() { grep -qs ' begin ' <(tail -q -n "+$((logged + 1))" "$1/logs/rank-0000.log" 2>/dev/null); }

# Lists the files that depend only on the study, among them each case's last checkpoint, which holds the whole state.
results_of() {
    (
        cd "$1"
        find . -type f ! -name timing.csv ! -name provenance.json ! -name run.json ! -path './logs/*' \
            ! -path './ranks/*' ! -name 'claim-*' ! -name 'checkpoint-*'
        find . -name "checkpoint-$(printf %010d "$steps").bin"
    ) | sort
}

compare() {
    local files file
    files=$(results_of "$out/reference")
    [ "$(wc -l <<<"$files")" -gt 40 ] || fail "expected more than 40 files to compare"
    [ "$files" = "$(results_of "$1")" ] || fail "$1 has other files than an undisturbed run"
    while read -r file; do cmp "$out/reference/$file" "$1/$file" >&2 || fail "$1/$file differs"; done <<<"$files"
    compared=$((compared + $(wc -l <<<"$files")))
}

# Finds the largest number of steps between two checkpoints, the most that a restart can have repeated. Also checks that every
# restart was from the last checkpoint in timing.csv, or from the next one, whose row the kill prevented.
check_repetition() {
    local distance
    distance=$("$binary" summarise soak "$1" --checkpoint-steps "$interval" 2>"$1.log") || fail "$(cat "$1.log")"
    [ "$distance" -le "$farthest" ] || farthest=$distance
}

# Lists inode and time of every finished case's result file, which change when it is written again.
identities() { { find "$1" -name result.json -exec stat -c '%n %i %y' {} + 2>/dev/null || true; } | sort; }

write_summary() {
    local text
    text=$(
        cat <<EOF
# Soak

\`jobs/soak.sh\`, $(date -u +%F), seed $seed, commit $commit

| | |
| --- | --- |
| outcome | $1 |
| SIGKILLs of a random rank | $killed of $kills |
| of these before training had begun | $killed_early |
| stops by SIGUSR1 (exit code 75) | $stopped of $stops |
| slowest stop | $slowest ms |
| starts | $starts, on 1 to $most_ranks ranks in teams of 1 to $most_ranks |
| runs of the study to its end | $rounds, of 8 cases of $steps steps each |
| time of ranks in these starts | $((rank_seconds / 3600)) h $((rank_seconds % 3600 / 60)) min |
| finished cases looked at before and after a start | $finished, of which written again: $again |
| steps repeated after a kill, at most | $farthest (checkpoints every $interval) |
| files compared with an undisturbed run | $compared, all equal byte for byte |
| elapsed | $(((SECONDS - began) / 60)) min |
EOF
    )
    printf '%s\n' "$text" >"$out/soak.md"
    if [ -n "$results" ]; then
        mkdir -p "$(dirname "$results")"
        printf '%s\n' "$text" >"$results"
    fi
}

killed=0 killed_early=0 stopped=0 starts=0 rounds=0 compared=0 farthest=0 slowest=0 rank_seconds=0 finished=0 again=0

# interrupt FOLDER: kills a rank or stops the run at a random time, as still needed; sets $expected to the exit code: 0, 75 or
# "killed".
interrupt() {
    local left=$((kills - killed + stops - stopped)) kind=none
    expected=0
    [ "$left" -gt 0 ] || return 0
    below "$left"
    if [ "$drawn" -lt $((kills - killed)) ]; then kind=kill; else kind=stop; fi
    if [ $kind = stop ]; then
        until is_training "$1" || ! kill -0 "$limiter" 2>/dev/null; do sleep 0.1; done
        sleep 0.5
    fi
    below $((patience * 1000))
    sleep "$((drawn / 1000)).$(printf %03d $((drawn % 1000)))"
    kill -0 "$limiter" 2>/dev/null || return 0
    if [ $kind = stop ]; then
        kill -USR1 "$job" 2>/dev/null || return 0
        asked=$(date +%s%3N)
        expected=75
        return 0
    fi
    local ranks
    mapfile -t ranks < <(pgrep -P "$job" -x "${binary##*/}" || true)
    [ ${#ranks[@]} -gt 0 ] || return 0
    is_training "$1" || killed_early=$((killed_early + 1))
    below ${#ranks[@]}
    kill -KILL "${ranks[$drawn]}" 2>/dev/null || return 0
    killed=$((killed + 1))
    expected=killed
}

# attempt FOLDER: starts the study once, and perhaps interrupts it; sets $status to its exit code.
attempt() {
    local ranks team expected asked=0 before took started=$SECONDS
    below "$most_ranks"
    ranks=$((1 + drawn))
    below "$ranks"
    team=$((1 + drawn))
    before=$(identities "$1")
    logged=$({ cat "$1/logs/rank-0000.log" 2>/dev/null || true; } | wc -l)
    start "$1" "$ranks" "$team"
    starts=$((starts + 1))
    interrupt "$1"
    status=0
    wait "$limiter" || status=$?
    rank_seconds=$((rank_seconds + ranks * (SECONDS - started)))
    if [ "$expected" = 75 ]; then
        took=$(($(date +%s%3N) - asked))
        [ "$took" -le "$slowest" ] || slowest=$took
    fi
    case $expected,$status in
    75,75) stopped=$((stopped + 1)) ;;
    *,0) ;; # it ended before it was interrupted
    killed,124) fail "$1: not ended ${limit} s after its start, with a rank killed" ;;
    killed,*) ;;
    *) fail "$1: expected $expected, ended with $status: $(tail -3 "$1.log")" ;;
    esac
    [ -n "$before" ] || return 0
    finished=$((finished + $(wc -l <<<"$before")))
    again=$((again + $(grep -cvxFf <(identities "$1") <<<"$before" || true)))
    [ "$again" -eq 0 ] || fail "$1: a finished case was written again"
}

prepare
while [ $((killed + stopped)) -lt $((kills + stops)) ]; do
    rounds=$((rounds + 1))
    folder=$out/rounds/$rounds
    status=1
    until [ "$status" -eq 0 ]; do attempt "$folder"; done
    compare "$folder"
    check_repetition "$folder"
    rm -rf "$folder" "$folder.log"
    say "$killed of $kills kills, $stopped of $stops stops, $rounds runs to the end: all equal"
done
write_summary "passed"
cat "$out/soak.md"
