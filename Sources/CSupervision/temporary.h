// Registered files, which must not outlive this process.
#pragma once

#pragma GCC visibility push(hidden)

// Removes them; safe in a signal handler.
void remove_temporaries(void);

#pragma GCC visibility pop
