#include "CSupervision.h"
#include "line.h"
#include "temporary.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUG = 70, ALTERNATE_STACK = 128 << 10 }; // exit code; bytes, enough for the registers of any processor

static const struct {
    int number;
    const char *name;
} fatal[] = {
    {SIGSEGV, "segmentation fault"}, {SIGBUS, "bus error"},
    {SIGILL, "illegal instruction"}, {SIGFPE, "arithmetic exception"},
    {SIGABRT, "abort"},              {SIGTRAP, "trap"},
};
enum { FATAL_COUNT = sizeof fatal / sizeof fatal[0] };

static struct sigaction previous[FATAL_COUNT];
static bool is_noted;
// The process that has to finalize MPI before it exits; 0: none. Its forked children need not.
static _Atomic pid_t unfinished;

static void on_crash(int signal, siginfo_t *information, void *context) {
    (void)context;
    int error = errno;
    int i = 0;
    while (i < FATAL_COUNT - 1 && fatal[i].number != signal) i++;
    line_t line;
    begin_line(&line);
    append(&line, "signal ");
    append_number(&line, signal);
    append(&line, " (");
    append(&line, fatal[i].name);
    append(&line, ")");
    append_phase(&line);
    write_line(&line);
    remove_temporaries();

    // The previous handler comes next, and finally the system, which sets the exit status. After the return a faulting
    // instruction faults again, with the same signal information. A signal that was sent (abort, kill) is raised again
    // and goes straight to the system: handlers that expect the instruction to fault again, such as Swift's, would let
    // the process live on.
    struct sigaction plain = {.sa_handler = SIG_DFL};
    int is_sent = information->si_code <= 0;
    sigaction(signal, is_sent ? &plain : &previous[i], NULL);
    if (is_sent || signal == SIGTRAP) raise(signal);
    errno = error;
}

static void on_exit_call(void) {
    if (atomic_load(&unfinished) != getpid()) return;
    fflush(NULL); // the program's last output; _exit would drop it
    line_t line;
    begin_line(&line);
    append(&line, "exited");
    append_phase(&line);
    append(&line, " without ending MPI");
    write_line(&line);
    _exit(BUG);
}

int ab_note_crashes(void) {
    atomic_store(&unfinished, getpid());
    if (is_noted) return 0;
    is_noted = true;
    // The handlers need their own stack, because a stack overflow may be the cause of the crash.
    static _Alignas(64) char bytes[ALTERNATE_STACK];
    stack_t stack = {.ss_sp = bytes, .ss_size = sizeof bytes};
    if (sigaltstack(&stack, NULL)) return errno;
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FATAL_COUNT; i++)
        if (sigaction(fatal[i].number, &action, &previous[i])) return errno;
    return atexit(on_exit_call) ? ENOMEM : 0;
}

void ab_leave(void) { atomic_store(&unfinished, 0); }
