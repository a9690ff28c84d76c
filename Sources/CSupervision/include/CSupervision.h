// What must work when the rest of the process does not: signals, a watchdog, and last words on standard error.
//
// Functions only: Swift sees no state. Unless said otherwise they are for the thread that runs the program.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Where the process is. `place` is copied (its first 599 bytes) and starts without phase and step; `phase` must live for
// ever. A step, and a beat, tell the watchdog that there is progress.
void ab_describe_place(const char *place);
void ab_enter_phase(const char *phase);
void ab_count_step(long step);
void ab_beat(void);
// Writes "PLACE, PHASE at step N" into `text`, cut to `size` with its ending zero.
void ab_write_where(char *text, size_t size);

// What `ab_stop_signal` says when nobody asked for a stop, and when somebody did who is no signal.
enum { AB_NO_STOP = 0, AB_STOP_REQUESTED = -1 };
// From now on SIGINT, SIGHUP, SIGTERM and SIGUSR1 are requests to stop, but those that were ignored when the program was
// started. Another one 100 ms or more after the first ends the process by that signal; an earlier one is the same request
// delivered twice. `tells`: whether the first one leaves a line on standard error. 0, or an error number.
int ab_listen_for_stop(bool tells);
// From now on these signals do nothing.
void ab_ignore_stops(void);
// From now on SIGINT, SIGHUP and SIGTERM, but those ignored before, remove noted files and end the process. 0, or an error
// number.
int ab_end_on_signals(void);
// Removes noted files and ends the process by the signal; with code 128 + signal where it is process 1, which no signal ends.
_Noreturn void ab_die_by(int signal);
// "SIGINT".
const char *ab_signal_name(int signal);
// A request that is no signal. Any thread.
void ab_request_stop(void);
// The first signal, else AB_STOP_REQUESTED or AB_NO_STOP. Any thread.
int ab_stop_signal(void);
// No stop was asked for.
void ab_forget_stop(void);

// A file that must not be left behind by a process that is ended: signals, crashes and the watchdog remove it. What to
// forget it by, -1 where there is no room for it. Any thread.
int ab_note_temporary(const char *path);
void ab_forget_temporary(int note);

// A thread that ends the process with code 71 when it is armed and `seconds` pass without a beat. A second start changes
// the limit. 0, or an error number.
int ab_start_watchdog(double seconds);
void ab_stop_watchdog(void);
void ab_arm_watchdog(void);
void ab_disarm_watchdog(void);

// From now on a fatal signal, and a call of exit before `ab_leave`, leave a line on standard error; such an exit gets
// code 70. Handlers that were there before still run. 0, or an error number.
int ab_note_crashes(void);
// The process may exit.
void ab_leave(void);
