// zlib as Swift sees it: the compression and the checksum of PNG.
#pragma once
#include <zlib.h>
