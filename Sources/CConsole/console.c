#include "CConsole.h"
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The bytes that write(2) takes without blocking once poll(2) has reported room: at least a page for a pipe, 256 bytes
// for a terminal, where a newline may take two.
enum { PIECE = 4096, TERMINAL_PIECE = 128 };
enum { PATIENCE = 2000, NO_LIMIT = -1 }; // milliseconds

// The state of standard error: its last line was cut off; its reader took nothing within the time limit.
static atomic_bool is_torn, is_stalled;

// Opens missing streams against their direction, so that reading and writing still fail with EBADF, also in child
// processes.
static void fill_standard_descriptors(void) {
    static const int directions[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        if (open("/dev/null", directions[descriptor]) < 0) return; // no /dev/null: leave the descriptors closed
    }
}

// Runs before the libraries' constructors, which may open files.
__attribute__((section(".preinit_array"), used)) static void (*const before_all)(void) = fill_standard_descriptors;

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// Waits until the descriptor can take a piece or has an error, which write(2) will report. Returns 0 or ETIMEDOUT.
static int wait_for_room(int descriptor, long long deadline) {
    while (true) {
        long long left = deadline - milliseconds();
        int patience = deadline == NO_LIMIT ? NO_LIMIT : left > 0 ? (int)left : 0;
        struct pollfd request = {.fd = descriptor, .events = POLLOUT};
        int ready = poll(&request, 1, patience);
        if (ready > 0) return 0;
        if (ready == 0) return ETIMEDOUT;
        if (errno != EINTR) return 0; // write(2) will say what is wrong
    }
}

// Writes as much as possible within `patience` milliseconds. Returns the number of bytes; `error` is why there are no
// more.
static size_t write_within(int patience, int descriptor, const char *bytes, size_t count, int *error) {
    struct stat status;
    bool is_device = fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode);
    size_t piece = is_device ? TERMINAL_PIECE : PIECE;
    long long deadline = patience == NO_LIMIT ? NO_LIMIT : milliseconds() + patience;
    size_t done = 0;
    *error = 0;
    while (done < count && !*error) {
        if ((*error = wait_for_room(descriptor, deadline))) break;
        ssize_t written = write(descriptor, bytes + done, count - done < piece ? count - done : piece);
        if (written > 0) {
            done += (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            poll(NULL, 0, 1); // a non-blocking descriptor, and another writer was faster
            if (deadline != NO_LIMIT && milliseconds() >= deadline) *error = ETIMEDOUT;
        } else if (written == 0 || errno != EINTR) {
            *error = written == 0 ? EIO : errno;
        }
    }
    return done;
}

// A file system (NFS, quotas) may accept data and still refuse it when the file is closed.
static int close_a_copy(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    return copy >= 0 && close(copy) != 0 && errno != EINTR ? errno : 0;
}

int ab_emit(const char *bytes, size_t count) {
    int error = launcher_output_error(count);
    if (error) return error;
    write_within(NO_LIMIT, STDOUT_FILENO, bytes, count, &error);
    return error ? error : close_a_copy(STDOUT_FILENO);
}

static int write_line(int patience, int descriptor, const char *bytes, size_t count, bool *is_torn) {
    int error = 0;
    if (*is_torn) *is_torn = write_within(patience, descriptor, "\n", 1, &error) == 0;
    if (error) return error;
    size_t done = write_within(patience, descriptor, bytes, count, &error);
    *is_torn = done > 0 && done < count;
    return error;
}

void ab_note(const char *bytes, size_t count) {
    int before = errno;
    bool torn = atomic_load(&is_torn);
    int error = write_line(atomic_load(&is_stalled) ? 0 : PATIENCE, STDERR_FILENO, bytes, count, &torn);
    atomic_store(&is_torn, torn);
    atomic_store(&is_stalled, error == ETIMEDOUT);
    errno = before;
}

int ab_append(int descriptor, const char *bytes, size_t count, bool *is_torn) {
    return write_line(PATIENCE, descriptor, bytes, count, is_torn);
}
