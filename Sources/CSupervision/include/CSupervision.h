// Functions that must work even when the rest of the process does not: signals, the watchdog, and messages about
// crashes.
//
// Swift sees none of the process's state, only functions. Unless noted otherwise, call them on the main thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Sets where the process is. `place` is copied (its first 599 bytes) and clears phase and step; `phase` must stay valid
// forever. A step or a beat tells the watchdog that the process makes progress.
void ab_describe_place(const char *place);
void ab_enter_phase(const char *phase);
void ab_count_step(long step);
void ab_beat(void);
// Writes "PLACE, PHASE at step N" into `text`, truncated to `size` bytes including the terminating NUL.
void ab_write_where(char *text, size_t size);

// Values of `ab_stop_signal`: no stop was requested; a stop was requested, but not by a signal.
enum { AB_NO_STOP = 0, AB_STOP_REQUESTED = -1 };
// Treats SIGINT, SIGHUP, SIGTERM and SIGUSR1 as requests to stop, except those ignored when the program started. A
// second signal 100 ms or more after the first ends the process; an earlier one is the same request delivered twice.
// `tells`: whether the first signal prints a line on standard error. Returns 0 or an error number.
int ab_listen_for_stop(bool tells);
// Makes these signals do nothing.
void ab_ignore_stops(void);
// Makes SIGINT, SIGHUP and SIGTERM (unless ignored before) remove registered files and end the process. Returns 0 or an
// error number.
int ab_end_on_signals(void);
// Removes registered files and ends the process by the signal, or with code 128 + signal as process 1, which no signal
// ends.
_Noreturn void ab_end_by_signal(int signal);
// Returns a signal's name, such as "SIGINT".
const char *ab_signal_name(int signal);
// Requests a stop without a signal. Callable on any thread.
void ab_request_stop(void);
// Returns the first signal, otherwise AB_STOP_REQUESTED or AB_NO_STOP. Callable on any thread.
int ab_stop_signal(void);
// Cancels the request to stop.
void ab_forget_stop(void);

// Registers a file to be removed if a signal, a crash or the watchdog ends the process. Returns a handle to unregister
// it by, or -1 if the table is full. Callable on any thread.
int ab_note_temporary(const char *path);
void ab_forget_temporary(int note);

// Starts a thread that ends the process with code 71 when it is armed and `seconds` pass without a beat. Calling it
// again changes the limit. Returns 0 or an error number.
int ab_start_watchdog(double seconds);
void ab_stop_watchdog(void);
void ab_arm_watchdog(void);
void ab_disarm_watchdog(void);

// How the watchdog recognises a hang, without its thread and its clock, so that a test need not wait. Times are
// nanoseconds of a monotonic clock.
typedef struct {
    long long time;          // of the last look
    unsigned long beat;      // the number of beats by then
    long long last_progress; // the last look before which there was a beat, or at which none was expected
} ab_progress;
ab_progress ab_first_look(long long now, unsigned long beat);
// Takes another look. Returns whether the process hangs: it is armed, and `limit` has passed since the last progress.
// A look more than a second after the one before counts as progress, because the whole process was suspended.
bool ab_hangs(ab_progress *seen, long long now, unsigned long beat, bool is_armed, long long limit);

// Makes fatal signals, and calls of exit before `ab_leave`, print a line on standard error; such an exit gets code 70.
// Handlers installed earlier still run. Returns 0 or an error number.
int ab_note_crashes(void);
// Allows the process to exit.
void ab_leave(void);
