#include "CSupervision.h"
#include "clock.h"
#include "line.h"
#include "place.h"
#include "temporary.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { HANG = 71 }; // exit code

static const long long LOOK_EVERY = 250000000; // nanoseconds

static pthread_t thread;
static bool is_running; // used only by the thread that starts and stops the watchdog
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static bool should_end; // guarded by the mutex

static atomic_llong limit; // nanoseconds
static atomic_bool is_armed;

// Appends `nanoseconds` as seconds, with tenths unless they are 0.
static void append_seconds(line_t *line, long long nanoseconds) {
    long tenths = (long)((nanoseconds + 50000000) / 100000000);
    append_number(line, tenths / 10);
    if (tenths % 10) {
        append(line, ".");
        append_number(line, tenths % 10);
    }
    append(line, " s");
}

// Uses neither stdio nor allocation: the program may hang while it holds their locks.
static void end_process(void) {
    line_t line;
    begin_line(&line);
    append(&line, "no progress for ");
    append_seconds(&line, atomic_load(&limit));
    append_phase(&line);
    append(&line, ": ending the job (--hang-timeout)");
    write_line(&line);
    remove_temporaries();
    _exit(HANG);
}

// Sleeps until the next check; stopping the watchdog interrupts the sleep. Returns whether to continue.
static bool wait_for_look(void) {
    long long until = monotonic_nanoseconds() + LOOK_EVERY;
    struct timespec deadline = {until / 1000000000, until % 1000000000};
    pthread_mutex_lock(&mutex);
    while (!should_end && pthread_cond_timedwait(&wake, &mutex, &deadline) != ETIMEDOUT) {}
    bool goes_on = !should_end;
    pthread_mutex_unlock(&mutex);
    return goes_on;
}

static void *watch(void *unused) {
    ab_progress seen = ab_first_look(monotonic_nanoseconds(), current_beat());
    while (wait_for_look()) {
        bool armed = atomic_load(&is_armed); // read first: then the beat by which arming begins is seen as well
        unsigned long beat = current_beat();
        if (ab_hangs(&seen, monotonic_nanoseconds(), beat, armed, atomic_load(&limit))) end_process();
    }
    return unused;
}

static int start_thread(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&wake, &attributes);
    pthread_condattr_destroy(&attributes);
    should_end = false;
    // Signals are for the program's threads: this thread inherits a mask that blocks them all.
    sigset_t all, own;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &own);
    int error = pthread_create(&thread, NULL, watch, NULL);
    pthread_sigmask(SIG_SETMASK, &own, NULL);
    return error;
}

int ab_start_watchdog(double seconds) {
    atomic_store(&limit, (long long)(seconds * 1e9));
    if (is_running) return 0;
    int error = start_thread();
    is_running = error == 0;
    return error;
}

void ab_stop_watchdog(void) {
    if (!is_running) return;
    pthread_mutex_lock(&mutex);
    should_end = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    pthread_cond_destroy(&wake);
    is_running = false;
}

void ab_arm_watchdog(void) {
    ab_beat(); // the time without a beat starts here
    atomic_store(&is_armed, true);
}

void ab_disarm_watchdog(void) { atomic_store(&is_armed, false); }
