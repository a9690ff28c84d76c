#define _GNU_SOURCE
#include "CKernels.h"

#include <dlfcn.h>

const char *ab_library_file(const char *function) {
    Dl_info information;
    const void *address = dlsym(RTLD_DEFAULT, function);
    return address && dladdr(address, &information) ? information.dli_fname : NULL;
}
