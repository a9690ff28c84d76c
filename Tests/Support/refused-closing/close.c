// Imitates a file system that accepts writes and reports the error only on close, as NFS does over quota: preloaded
// before the C library, it fails every close of the file that is standard output.
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int close(int descriptor) {
    struct stat closed, output;
    int is_output = fstat(descriptor, &closed) == 0 && fstat(STDOUT_FILENO, &output) == 0 && S_ISREG(closed.st_mode) &&
                    closed.st_ino == output.st_ino && closed.st_dev == output.st_dev;
    long result = syscall(SYS_close, descriptor);
    if (is_output) errno = EDQUOT;
    return is_output ? -1 : (int)result;
}
