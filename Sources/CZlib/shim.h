// zlib for Swift: the compression and the checksum of PNG.
#pragma once
#include <zlib.h>
