#include "CSupervision.h"
#include "clock.h"
#include "line.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

enum { RESUME_ME = 75 }; // exit code

// mpirun and Slurm may both forward the signal of one request.
static const long long SAME_REQUEST = 100000000; // nanoseconds

// Atomic, as threads of the MPI library may be interrupted, too, at the same time.
static atomic_int stop = AB_NO_STOP;
static atomic_llong first_signal; // when it came; 0: not yet

_Static_assert(ATOMIC_INT_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2, "a signal handler writes these");

static void on_stop(int signal) {
    int error = errno;
    long long now = monotonic_nanoseconds();
    long long first = 0;
    if (atomic_compare_exchange_strong(&first_signal, &first, now)) {
        atomic_store(&stop, signal);
    } else if (now - first >= SAME_REQUEST) {
        line_t line;
        begin_line(&line);
        append(&line, "asked twice to stop (signal ");
        append_number(&line, signal);
        append(&line, "): ending at once");
        append_phase(&line);
        write_line(&line);
        _exit(RESUME_ME);
    }
    errno = error;
}

int ab_listen_for_stop(void) {
    // Calls that wait go on waiting afterwards; neither signal interrupts the handler of the other.
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaddset(&action.sa_mask, SIGTERM);
    if (sigaction(SIGUSR1, &action, NULL) || sigaction(SIGTERM, &action, NULL)) return errno;
    // A parent may have started this process with signals blocked; threads of Swift's concurrency do.
    return pthread_sigmask(SIG_UNBLOCK, &action.sa_mask, NULL);
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
