#if ACTIVE_BENCH_DOUBLE
    /// The floating-point type of all networks and training arithmetic, in a build with `ACTIVE_BENCH_REAL=double`.
    ///
    /// In double precision the same source can be checked against finite differences and automatic differentiation to 1e-9.
    package typealias Real = Double
#else
    /// The floating-point type of all networks and training arithmetic.
    ///
    /// `Float` in the released program, as in the official codes; `Double` in the build that checks the formulas.
    package typealias Real = Float
#endif
