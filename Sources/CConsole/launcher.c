#define _GNU_SOURCE // fallocate
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// Open MPI's launchers; Debian's executables have suffixes (mpirun.openmpi).
static const char *const launchers[] = {"mpirun", "mpiexec", "orterun", "prterun"};
enum { LAUNCHER_COUNT = sizeof launchers / sizeof launchers[0], PATH_SIZE = 64, TEXT_SIZE = 512 };

// Reads the beginning of /proc/PROCESS/NAME and terminates it with NUL. Returns whether it could be read.
static bool read_proc(pid_t process, const char *name, char text[TEXT_SIZE]) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)process, name);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    ssize_t count = read(descriptor, text, TEXT_SIZE - 1);
    close(descriptor);
    text[count > 0 ? count : 0] = 0;
    return count > 0;
}

static bool is_launcher(pid_t process) {
    char name[TEXT_SIZE];
    if (!read_proc(process, "comm", name)) return false;
    for (int i = 0; i < LAUNCHER_COUNT; i++)
        if (strncmp(name, launchers[i], strlen(launchers[i])) == 0) return true;
    return false;
}

// Whether the process can write to its descriptor 1. If a launcher's standard output was closed, descriptor 1 is
// another file: the reading end of a pipe.
static bool can_write(pid_t process) {
    char text[TEXT_SIZE];
    unsigned flags;
    const char *line = read_proc(process, "fdinfo/1", text) ? strstr(text, "flags:") : NULL;
    if (!line || sscanf(line, "flags: %o", &flags) != 1) return true; // unknown
    return (flags & O_ACCMODE) != O_RDONLY;
}

// Allocates disk space after the end of the file without changing its size. Returns 0 or an error number.
static int reserve(int descriptor, const struct stat *status, size_t count) {
    struct rlimit limit; // inherited from the launcher
    bool is_limited = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (is_limited && (unsigned long long)status->st_size + count > limit.rlim_cur) return EFBIG;
    int error = 0;
    do error = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, status->st_size, (off_t)count) ? errno : 0;
    while (error == EINTR);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO) return error;
    struct statvfs space; // for a file system without fallocate
    if (error && fstatvfs(descriptor, &space) == 0 && space.f_bavail == 0) return ENOSPC;
    return 0;
}

static int error_of_reader(int descriptor) {
    struct pollfd request = {.fd = descriptor, .events = POLLOUT};
    return poll(&request, 1, 0) > 0 && (request.revents & POLLERR) ? EPIPE : 0;
}

// Writes 0 bytes, which fails on a full device like any other write.
static int error_of_device(int descriptor) { return write(descriptor, "", 0) < 0 && errno != EAGAIN ? errno : 0; }

int launcher_output_error(size_t count) {
    struct stat status;
    // A rank's standard output is a terminal or a pipe from the launcher; if it was redirected to a file, mpirun is not
    // involved.
    if (count == 0 || fstat(STDOUT_FILENO, &status) || S_ISREG(status.st_mode)) return 0;
    pid_t parent = getppid();
    if (!is_launcher(parent)) return 0;
    if (!can_write(parent)) return EBADF;

    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/proc/%ld/fd/1", (long)parent);
    if (stat(path, &status)) return 0;
    bool is_known = S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
    int descriptor = is_known ? open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (descriptor < 0) return is_known && errno == ENXIO && S_ISFIFO(status.st_mode) ? EPIPE : 0;
    int error = S_ISREG(status.st_mode)    ? reserve(descriptor, &status, count)
                : S_ISFIFO(status.st_mode) ? error_of_reader(descriptor)
                                           : error_of_device(descriptor);
    close(descriptor);
    return error;
}
