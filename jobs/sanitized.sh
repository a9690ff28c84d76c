# How code is built for jobs/sanitize.sh and jobs/fuzz.sh: sourced by both, so that one build serves both. AddressSanitizer in Swift
# and C, UndefinedBehaviorSanitizer in C, and the counters of edges by which libFuzzer finds its way.
export ACTIVE_BENCH_FUZZ=1
sanitized=.build-address
sanitizing=(
    --scratch-path "$sanitized" --sanitize=address
    -Xswiftc -sanitize-recover=address -Xcc -fsanitize-recover=address # one run of the tests shows all findings
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp
    -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
    -Xcc -fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp
)

# Libraries that are not ours (Open MPI, HDF5, Foundation) keep memory to the end: leaks are not looked for.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
