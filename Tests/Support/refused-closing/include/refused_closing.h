// Nothing is declared: the library is loaded, and not linked.
