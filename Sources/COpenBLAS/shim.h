// OpenBLAS for Swift: CBLAS and the library's own functions.
#pragma once
#include <cblas.h>
