// MPI for Swift: the functions of mpi.h, and wrappers for what Swift cannot import. The module map names no
// library to link, as Open MPI calls it mpi and MPICH mpich; pkg-config gives the name.
#pragma once
#include <mpi.h>
#include <sys/syscall.h>
#include <unistd.h>

// Predefined handles are macros with casts, which Swift does not import. Getters work with every library: a handle is
// the address of a global in Open MPI and an integer in MPICH.
static inline MPI_Comm CMPI_COMM_WORLD(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm CMPI_COMM_SELF(void) { return MPI_COMM_SELF; }
static inline MPI_Datatype CMPI_BYTE(void) { return MPI_BYTE; }
static inline MPI_Datatype CMPI_INT64_T(void) { return MPI_INT64_T; }
static inline MPI_Datatype CMPI_DOUBLE(void) { return MPI_DOUBLE; }
static inline MPI_Datatype CMPI_FLOAT(void) { return MPI_FLOAT; }
static inline MPI_Op CMPI_MAX(void) { return MPI_MAX; }
static inline MPI_Errhandler CMPI_ERRORS_RETURN(void) { return MPI_ERRORS_RETURN; }

// Another macro with a cast: the status is not needed.
static inline MPI_Status *CMPI_STATUS_IGNORE(void) { return MPI_STATUS_IGNORE; }

// More macros with casts: the result replaces the argument; the statuses are not needed.
static inline void *CMPI_IN_PLACE(void) { return MPI_IN_PLACE; }

// These are enumerators in Open MPI (in Swift Int) and macros in MPICH (in Swift Int32); here they have one type.
static inline int CMPI_THREAD_FUNNELED(void) { return MPI_THREAD_FUNNELED; }
static inline int CMPI_UNDEFINED(void) { return MPI_UNDEFINED; }

// A request is an optional pointer to Swift with Open MPI and an integer with MPICH, so
// `UnsafeMutablePointer<MPI_Request>` would not compile with both. In a struct a request has one type.
typedef struct {
    MPI_Request handle;
} CMPI_Request;

static inline CMPI_Request CMPI_REQUEST_NULL(void) {
    CMPI_Request request = {MPI_REQUEST_NULL};
    return request;
}

// The calls that take the address of a request or of an array of requests.
static inline int CMPI_Isend(const void *buffer, int count, MPI_Datatype datatype, int destination, int tag,
                             MPI_Comm communicator, CMPI_Request *request) {
    return MPI_Isend(buffer, count, datatype, destination, tag, communicator, &request->handle);
}
static inline int CMPI_Test(CMPI_Request *request, int *flag) {
    return MPI_Test(&request->handle, flag, MPI_STATUS_IGNORE);
}
static inline int CMPI_Wait(CMPI_Request *request) { return MPI_Wait(&request->handle, MPI_STATUS_IGNORE); }
static inline int CMPI_Waitall(int count, CMPI_Request *requests) {
    return MPI_Waitall(count, &requests->handle, MPI_STATUSES_IGNORE);
}

// The same for communicators and windows, which calls return through a pointer.
typedef struct {
    MPI_Comm handle;
} CMPI_Communicator;

static inline CMPI_Communicator CMPI_COMM_NULL(void) {
    CMPI_Communicator communicator = {MPI_COMM_NULL};
    return communicator;
}
static inline int CMPI_is_null(CMPI_Communicator communicator) { return communicator.handle == MPI_COMM_NULL; }
static inline int CMPI_Comm_split(MPI_Comm communicator, int color, int key, CMPI_Communicator *part) {
    return MPI_Comm_split(communicator, color, key, &part->handle);
}
static inline int CMPI_Comm_split_shared(MPI_Comm communicator, int key, CMPI_Communicator *part) {
    return MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &part->handle);
}
static inline int CMPI_Comm_free(MPI_Comm communicator) { return MPI_Comm_free(&communicator); }

typedef struct {
    MPI_Win handle;
} CMPI_Window;

static inline CMPI_Window CMPI_WIN_NULL(void) {
    CMPI_Window window = {MPI_WIN_NULL};
    return window;
}
static inline int CMPI_Win_allocate_shared(MPI_Aint bytes, MPI_Comm communicator, CMPI_Window *window) {
    void *own = NULL; // the caller asks for the owner's instead
    return MPI_Win_allocate_shared(bytes, 1, MPI_INFO_NULL, communicator, &own, &window->handle);
}
static inline int CMPI_Win_shared_query(CMPI_Window window, int rank, MPI_Aint *bytes, void **base) {
    int unit = 0;
    return MPI_Win_shared_query(window.handle, rank, bytes, &unit, base);
}
static inline int CMPI_Win_errors_return(CMPI_Window window) {
    return MPI_Win_set_errhandler(window.handle, MPI_ERRORS_RETURN);
}
// No rank ever takes an exclusive lock, so the check for conflicting locks is not needed (MPI_MODE_NOCHECK).
static inline int CMPI_Win_lock_all(CMPI_Window window) { return MPI_Win_lock_all(MPI_MODE_NOCHECK, window.handle); }
static inline int CMPI_Win_unlock_all(CMPI_Window window) { return MPI_Win_unlock_all(window.handle); }
static inline int CMPI_Win_sync(CMPI_Window window) { return MPI_Win_sync(window.handle); }
static inline int CMPI_Win_free(CMPI_Window *window) { return MPI_Win_free(&window->handle); }

// A user-defined reduction, and the return code of its creation.
typedef struct {
    MPI_Op handle;
    int status;
} CMPI_Operation;

// Creates a commutative reduction.
static inline CMPI_Operation CMPI_make_operation(MPI_User_function *function) {
    CMPI_Operation operation = {MPI_OP_NULL, MPI_SUCCESS};
    operation.status = MPI_Op_create(function, 1, &operation.handle);
    return operation;
}

// Returns the number of bytes of the CPU mask written, or -1. glibc declares sched_getaffinity for _GNU_SOURCE only,
// which Swift's Glibc module does not define, and Swift cannot call the variadic syscall.
static inline long CMPI_sched_getaffinity(size_t size, void *mask) {
    return syscall(SYS_sched_getaffinity, 0, size, mask);
}

// Sets the CPU mask of the calling thread; returns 0, or -1 with errno.
static inline long CMPI_sched_setaffinity(size_t size, const void *mask) {
    return syscall(SYS_sched_setaffinity, 0, size, mask);
}
