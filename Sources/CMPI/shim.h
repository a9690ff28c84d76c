// MPI as Swift sees it: the functions of mpi.h as they are, and below what Swift cannot import. The module map names no
// library to link: Open MPI calls it mpi, MPICH mpich, and pkg-config knows which.
#pragma once
#include <mpi.h>
#include <sys/syscall.h>
#include <unistd.h>

// Predefined handles are macros with casts, which Swift does not import. Getters suit every library: a handle is the
// address of a global in Open MPI and an integer in MPICH.
static inline MPI_Comm CMPI_COMM_WORLD(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm CMPI_COMM_SELF(void) { return MPI_COMM_SELF; }
static inline MPI_Datatype CMPI_BYTE(void) { return MPI_BYTE; }
static inline MPI_Datatype CMPI_INT64_T(void) { return MPI_INT64_T; }
static inline MPI_Datatype CMPI_DOUBLE(void) { return MPI_DOUBLE; }
static inline MPI_Op CMPI_MAX(void) { return MPI_MAX; }
static inline MPI_Errhandler CMPI_ERRORS_RETURN(void) { return MPI_ERRORS_RETURN; }

// A sentinel with a cast, too: "I do not want the status".
static inline MPI_Status *CMPI_STATUS_IGNORE(void) { return MPI_STATUS_IGNORE; }

// An enumerator in Open MPI (Swift: Int), a macro in MPICH (Swift: Int32): one type for both.
static inline int CMPI_THREAD_FUNNELED(void) { return MPI_THREAD_FUNNELED; }

// A request is an optional pointer to Swift with Open MPI and an integer with MPICH, so `UnsafeMutablePointer<MPI_Request>`
// would not compile with both. In a struct it has one type.
typedef struct {
    MPI_Request handle;
} CMPI_Request;

static inline CMPI_Request CMPI_REQUEST_NULL(void) {
    CMPI_Request request = {MPI_REQUEST_NULL};
    return request;
}

// The three calls that take the address of a request.
static inline int CMPI_Isend(const void *buffer, int count, MPI_Datatype datatype, int destination, int tag,
                             MPI_Comm communicator, CMPI_Request *request) {
    return MPI_Isend(buffer, count, datatype, destination, tag, communicator, &request->handle);
}
static inline int CMPI_Test(CMPI_Request *request, int *flag) {
    return MPI_Test(&request->handle, flag, MPI_STATUS_IGNORE);
}
static inline int CMPI_Wait(CMPI_Request *request) { return MPI_Wait(&request->handle, MPI_STATUS_IGNORE); }

// Where a rank runs is a question to Linux: glibc declares sched_getaffinity for _GNU_SOURCE only, which Swift's Glibc is
// built without, and syscall is variadic. The number of bytes written, or -1.
static inline long CMPI_sched_getaffinity(size_t size, void *mask) {
    return syscall(SYS_sched_getaffinity, 0, size, mask);
}
