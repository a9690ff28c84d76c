#include "CSupervision.h"
#include "clock.h"
#include "line.h"
#include "temporary.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

// mpirun and Slurm may both forward the signal of one request.
static const long long SAME_REQUEST = 100000000; // nanoseconds

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGINT, "SIGINT"}, {SIGHUP, "SIGHUP"}, {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}};
enum { SIGNAL_COUNT = sizeof signals / sizeof signals[0] };

// Atomic, because signals may also arrive on the MPI library's threads at the same time.
static atomic_int stop = AB_NO_STOP;
static atomic_llong first_signal; // time of the first signal; 0: none yet
static atomic_bool is_told;       // whether the first signal prints a line

_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2, "a signal handler writes these");

const char *ab_signal_name(int signal) {
    for (int i = 0; i < SIGNAL_COUNT; i++)
        if (signals[i].number == signal) return signals[i].name;
    return "a signal";
}

void ab_end_by_signal(int signal) {
    remove_temporaries();
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigaction(signal, &plain, NULL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(signal);
    _exit(128 + signal); // process 1 of a PID namespace outlives its own signals: exit as a shell reports a signal
}

static void on_end(int signal) { ab_end_by_signal(signal); }

static void on_stop(int signal) {
    int error = errno;
    long long now = monotonic_nanoseconds();
    long long first = 0;
    line_t line;
    if (atomic_compare_exchange_strong(&first_signal, &first, now)) {
        atomic_store(&stop, signal);
        if (atomic_load(&is_told)) {
            begin_line(&line);
            append(&line, ab_signal_name(signal));
            append(&line, " received: saving, then stopping with exit code 75; a second signal ends the run at once");
            write_line(&line);
        }
    } else if (now - first >= SAME_REQUEST) {
        begin_line(&line);
        append(&line, ab_signal_name(signal));
        append(&line, " received, the second signal: ending at once");
        append_phase(&line);
        write_line(&line);
        ab_end_by_signal(signal);
    }
    errno = error;
}

// Installs `handler` for the first `count` of `signals`, except those ignored when the program started: nohup's SIGHUP,
// SIGINT in the background of a shell script. Returns 0 or an error number.
static int hear(void (*handler)(int), int count) {
    // Interrupted system calls are restarted; none of the signals interrupts the handler of another.
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < count; i++) sigaddset(&action.sa_mask, signals[i].number);
    for (int i = 0; i < count; i++) {
        struct sigaction before;
        if (sigaction(signals[i].number, NULL, &before)) return errno;
        if (before.sa_handler == SIG_IGN) continue;
        if (sigaction(signals[i].number, &action, NULL)) return errno;
    }
    // A parent may have started this process with signals blocked, as threads of Swift's concurrency runtime do.
    return pthread_sigmask(SIG_UNBLOCK, &action.sa_mask, NULL);
}

int ab_end_on_signals(void) { return hear(on_end, SIGNAL_COUNT - 1); } // SIGUSR1 is only for runs

int ab_listen_for_stop(bool tells) {
    atomic_store(&is_told, tells);
    return hear(on_stop, SIGNAL_COUNT);
}

void ab_ignore_stops(void) {
    struct sigaction action = {.sa_handler = SIG_IGN};
    for (int i = 0; i < SIGNAL_COUNT; i++) sigaction(signals[i].number, &action, NULL);
}

void ab_request_stop(void) {
    int none = AB_NO_STOP;
    atomic_compare_exchange_strong(&stop, &none, AB_STOP_REQUESTED);
}

int ab_stop_signal(void) { return atomic_load_explicit(&stop, memory_order_relaxed); }

void ab_forget_stop(void) {
    atomic_store(&stop, AB_NO_STOP);
    atomic_store(&first_signal, 0);
}
