#include "CSupervision.h"

// A look that comes this late means that the whole process was suspended (SIGSTOP, a debugger, migration of a virtual
// machine), not that the program hangs: a second, four times the pause between two looks.
static const long long SUSPENDED = 1000000000; // nanoseconds

ab_progress ab_first_look(long long now, unsigned long beat) {
    return (ab_progress){.time = now, .beat = beat, .last_progress = now};
}

bool ab_hangs(ab_progress *seen, long long now, unsigned long beat, bool is_armed, long long limit) {
    if (beat != seen->beat || !is_armed || now - seen->time > SUSPENDED) seen->last_progress = now;
    seen->time = now;
    seen->beat = beat;
    return now - seen->last_progress >= limit;
}
