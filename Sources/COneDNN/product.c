#include "COneDNN.h"

#include <stdlib.h>

// A build in double precision, for checking formulas, has no bfloat16.
#if !defined(ACTIVE_BENCH_DOUBLE) && __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>
#endif

#if defined(DNNL_VERSION_MAJOR) && DNNL_VERSION_MAJOR == 2
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// The library with its dependencies is 40 MB, so it is loaded on demand instead of linked.
#define FUNCTIONS(X)                                                                                                   \
    X(version) X(get_effective_cpu_isa) X(engine_create) X(stream_create) X(stream_wait)                               \
    X(memory_desc_init_by_strides) X(matmul_desc_init)                                                                 \
    X(primitive_attr_create) X(primitive_attr_destroy) X(primitive_attr_set_scratchpad_mode)                           \
    X(primitive_attr_set_post_ops) X(post_ops_create) X(post_ops_destroy) X(post_ops_append_sum)                       \
    X(post_ops_append_eltwise) X(primitive_desc_create) X(primitive_desc_destroy) X(primitive_desc_query_md)           \
    X(primitive_create) X(primitive_destroy) X(primitive_execute)                                                      \
    X(memory_desc_get_size) X(memory_create) X(memory_destroy) X(memory_set_data_handle)
static struct {
#define POINTER(name) __typeof__(&dnnl_##name) name;
    FUNCTIONS(POINTER)
#undef POINTER
} dnnl;

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static char description[64];
// Debian's library uses OpenMP, which would start as many threads as the rank has cores. NULL for a library without OpenMP.
static void (*set_threads)(int);

// The value of an instruction set has the bits of the sets that it contains.
static const char *instructions(unsigned isa) {
    if ((isa & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx) return "AMX";
    if ((isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16) return "AVX512-BF16";
    return NULL;
}

// Applies to the calling thread only. A product prepared for several threads may be blocked differently.
static void use_one_thread(void) {
    if (set_threads) set_threads(1);
}

static const char *load(void) {
    void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) return "expected the library libdnnl.so.2, found none; on Debian the package is libdnnl2";
#define FIND(name)                                                                                                     \
    if (!(*(void **)&dnnl.name = dlsym(library, "dnnl_" #name))) return "expected oneDNN 2, found a libdnnl.so.2 without dnnl_" #name;
    FUNCTIONS(FIND)
#undef FIND
    *(void **)&set_threads = dlsym(library, "omp_set_num_threads");
    use_one_thread();
    const char *name = instructions((unsigned)dnnl.get_effective_cpu_isa());
    if (!name) return "expected a processor with AVX512-BF16 or AMX, found one that oneDNN sees neither on";
    if (dnnl.engine_create(&engine, dnnl_cpu, 0) || dnnl.stream_create(&stream, engine, dnnl_stream_default_flags))
        return "expected oneDNN to start, found no memory for it";
    const dnnl_version_t *version = dnnl.version();
    snprintf(description, sizeof description, "oneDNN %d.%d.%d, %s", version->major, version->minor, version->patch, name);
    return NULL;
}

const char *ab_onednn_open(void) {
    static int loaded;
    static const char *why;
    if (!loaded) why = load(), loaded = 1;
    return why;
}

const char *ab_onednn_description(void) { return description; }

enum { SOURCE, WEIGHTS, BIAS, RESULT, SCRATCHPAD, OPERANDS };

struct ab_onednn_product {
    dnnl_primitive_t primitive;
    dnnl_memory_t memory[OPERANDS];
    void *scratchpad;
};

// Describes a row-major matrix [rows × columns], or a transposed one.
static dnnl_memory_desc_t matrix(size_t rows, size_t columns, dnnl_data_type_t type, int transposed) {
    dnnl_dims_t sizes = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_dims_t strides = {(dnnl_dim_t)(transposed ? 1 : columns), (dnnl_dim_t)(transposed ? rows : 1)};
    dnnl_memory_desc_t result;
    dnnl.memory_desc_init_by_strides(&result, 2, sizes, type, strides);
    return result;
}

// Sets the epilogue (oneDNN's post-ops) and a user scratchpad, which saves an allocation in the library at every call.
static int set_post_ops(dnnl_primitive_attr_t attributes, dnnl_post_ops_t operations, const ab_onednn_shape *s) {
    return (s->accumulate && dnnl.post_ops_append_sum(operations, 1)) ||
           (s->relu && dnnl.post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0)) ||
           dnnl.primitive_attr_set_post_ops(attributes, operations) ||
           dnnl.primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
}

static dnnl_primitive_desc_t describe(const dnnl_memory_desc_t *operands, const ab_onednn_shape *s) {
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t operations = NULL;
    dnnl_primitive_desc_t result = NULL;
    if (dnnl.primitive_attr_create(&attributes) || dnnl.post_ops_create(&operations) || set_post_ops(attributes, operations, s) ||
        dnnl.matmul_desc_init(&matmul, &operands[SOURCE], &operands[WEIGHTS], s->has_bias ? &operands[BIAS] : NULL,
                              &operands[RESULT]) ||
        dnnl.primitive_desc_create(&result, &matmul, attributes, engine, NULL))
        result = NULL;
    if (operations) dnnl.post_ops_destroy(operations);
    if (attributes) dnnl.primitive_attr_destroy(attributes);
    return result;
}

ab_onednn_product *ab_onednn_prepare(ab_onednn_shape s) {
    use_one_thread();
    dnnl_memory_desc_t operands[OPERANDS] = {
        matrix(s.m, s.k, dnnl_bf16, s.transpose_a), matrix(s.k, s.n, dnnl_bf16, s.transpose_b),
        matrix(1, s.n, dnnl_f32, 0), matrix(s.m, s.n, dnnl_f32, 0)};
    dnnl_primitive_desc_t description = describe(operands, &s);
    if (!description) return NULL;
    operands[SCRATCHPAD] = *dnnl.primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    ab_onednn_product *product = calloc(1, sizeof *product);
    int failed = !product || dnnl.primitive_create(&product->primitive, description) ||
                 posix_memalign(&product->scratchpad, 64, dnnl.memory_desc_get_size(&operands[SCRATCHPAD]) + 64);
    dnnl.primitive_desc_destroy(description);
    for (int i = 0; i < OPERANDS && !failed; i++)
        failed = dnnl.memory_create(&product->memory[i], &operands[i], engine,
                                    i == SCRATCHPAD ? product->scratchpad : DNNL_MEMORY_NONE);
    if (!failed) return product;
    ab_onednn_release(product);
    return NULL;
}

void ab_onednn_release(ab_onednn_product *product) {
    if (!product) return;
    for (int i = 0; i < OPERANDS; i++)
        if (product->memory[i]) dnnl.memory_destroy(product->memory[i]);
    if (product->primitive) dnnl.primitive_destroy(product->primitive);
    free(product->scratchpad);
    free(product);
}

int ab_onednn_multiply(ab_onednn_product *product, const uint16_t *a, const uint16_t *b, const float *bias, float *c) {
    const void *places[] = {a, b, bias, c};
    static const int roles[OPERANDS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD};
    dnnl_exec_arg_t arguments[OPERANDS];
    use_one_thread();
    int count = 0, status = dnnl_success;
    for (int i = 0; i < OPERANDS && !status; i++) {
        if (i == BIAS && !bias) continue; // a product without a bias refuses one
        arguments[count++] = (dnnl_exec_arg_t){roles[i], product->memory[i]};
        if (i != SCRATCHPAD) status = dnnl.memory_set_data_handle(product->memory[i], (void *)places[i]);
    }
    if (!status) status = dnnl.primitive_execute(product->primitive, stream, count, arguments);
    return status ? status : dnnl.stream_wait(stream);
}

#else

const char *ab_onednn_open(void) {
#ifdef ACTIVE_BENCH_DOUBLE
    return "expected a build in single precision, found ACTIVE_BENCH_REAL=double";
#else
    return "expected a build with oneDNN 2, found one without; on Debian install libdnnl-dev, touch Sources/COneDNN/product.c "
           "and build again";
#endif
}

const char *ab_onednn_description(void) { return ""; }
ab_onednn_product *ab_onednn_prepare(ab_onednn_shape shape) { return (void)shape, NULL; }
void ab_onednn_release(ab_onednn_product *product) { (void)product; }
int ab_onednn_multiply(ab_onednn_product *product, const uint16_t *a, const uint16_t *b, const float *bias, float *c) {
    return (void)product, (void)a, (void)b, (void)bias, (void)c, -1;
}

#endif
