/// The floating-point type of all networks and training arithmetic.
///
/// `Float` in the product. A build with `ACTIVE_BENCH_REAL=double` makes it `Double`, so that the same source can be
/// checked against finite differences and automatic differentiation to 1e-9.
#if ACTIVE_BENCH_DOUBLE
    public typealias Real = Double
#else
    public typealias Real = Float
#endif
