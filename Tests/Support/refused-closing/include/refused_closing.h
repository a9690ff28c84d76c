// Declares nothing: the library is preloaded, not linked.
