#!/usr/bin/env bash
# Coverage-guided fuzzing of whatever reads bytes from outside: libFuzzer feeds every reader of Tests/Fuzz/FuzzReaders with inputs
# grown from Tests/Fuzz/corpus, under AddressSanitizer and, in C, UndefinedBehaviorSanitizer. Minutes each; not part of CI.
#
#   jobs/fuzz.sh                      every reader for two minutes
#   jobs/fuzz.sh study policy         these alone
#   EACH=3600 OUT=/scratch/fuzz jobs/fuzz.sh      an hour each; corpora that grow are kept there and taken up again
#   RESULTS=results/fuzzing jobs/fuzz.sh          leaves a table there
#
# A finding lies under $OUT/findings/READER; `ACTIVE_BENCH_FUZZ_READER=READER .build-address/fuzz FILE` repeats it. Files in HDF5's
# format may crash the HDF5 library itself, which nobody but its authors can mend: such crashes are counted apart.
set -euo pipefail
ACTIVE_BENCH_BINARY=none source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$repository"

each=${EACH:-120}
out=${OUT:-$repository/runs/fuzz}
seeds=Tests/Fuzz/corpus

say "building"
source jobs/sanitized.sh
swift build -c release --product FuzzReaders "${sanitizing[@]}" >&2
library=$(cd $sanitized/release && pwd) fuzz=$sanitized/fuzz
# The readers are a library, libFuzzer's own main the program.
clang -fsanitize=fuzzer,address,undefined -x c /dev/null -o $fuzz -Wl,--no-as-needed "-L$library" -lFuzzReaders \
    "-Wl,-rpath,$library" 2> >(grep -v "Cannot export local symbol" >&2)

# READER: the folders of inputs to begin with.
folders_of_seeds() {
    echo "$seeds/$1"
    case $1 in
    trace) echo Tests/Conformance/fixtures ;;
    checkpoint) echo Tests/HarnessTests/Fixtures ;;
    esac
}

# REPORT: whether the innermost frames of a crash are those of the HDF5 library.
is_of_the_library() { grep -m 8 -E '^ *#[0-9]+ ' "$1" | grep 'libhdf5' >/dev/null; }

readers=("$@")
[ ${#readers[@]} -gt 0 ] || mapfile -t readers < <(ls $seeds)
table=()
status=0
for reader in "${readers[@]}"; do
    corpus=$out/corpus/$reader findings=$out/findings/$reader
    mkdir -p "$corpus" "$findings"
    mapfile -t begin < <(folders_of_seeds "$reader")
    options=(-max_total_time="$each" -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 "-artifact_prefix=$findings/")
    case $reader in
    dataset | trace) options+=(-fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1) ;;
    esac
    say "$reader: $each s"
    export ACTIVE_BENCH_FUZZ_READER=$reader
    $fuzz "${options[@]}" "$corpus" "${begin[@]}" >"$out/$reader.log" 2>&1 || true
    inputs=$(grep -oE '^#[0-9]+' "$out/$reader.log" | tail -1 | tr -d '#')
    edges=$(grep -oE 'cov: [0-9]+' "$out/$reader.log" | tail -1 | tr -dc 0-9)
    ours=0 theirs=0
    for file in "$findings"/*; do
        [ -e "$file" ] || continue
        $fuzz -timeout=20 -rss_limit_mb=4096 "$file" >"$out/report" 2>&1 && continue # mended meanwhile
        if is_of_the_library "$out/report"; then theirs=$((theirs + 1)); else
            ours=$((ours + 1))
            say "$reader: $file"
        fi
    done
    [ $ours -eq 0 ] || status=1
    table+=("| $reader | ${inputs:-0} | ${edges:-0} | $ours | $theirs |")
    say "$reader: ${inputs:-0} inputs, ${edges:-0} edges, $ours findings, $theirs in the HDF5 library"
done
if [ -n "${RESULTS:-}" ]; then
    mkdir -p "$RESULTS"
    {
        echo "# Fuzzing"
        echo
        echo "\`EACH=$each jobs/fuzz.sh\` on $(date -u +%F), commit $(git rev-parse --short HEAD), $(swift --version 2>&1 | grep -oE 'Swift version [0-9.]+'):"
        echo "inputs tried, edges of our code that they reached, findings, crashes inside the HDF5 library."
        echo
        echo "| reader | inputs | edges | findings | in HDF5 |"
        echo "|---|---|---|---|---|"
        printf '%s\n' "${table[@]}"
    } >"$RESULTS/README.md"
fi
exit $status
