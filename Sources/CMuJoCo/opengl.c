#include "opengl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The needed declarations of EGL/egl.h, EGL/eglext.h and GL/osmesa.h, so that the headers are not needed to build.
enum {
    EGL_ALPHA_SIZE = 0x3021,
    EGL_BLUE_SIZE = 0x3022,
    EGL_GREEN_SIZE = 0x3023,
    EGL_RED_SIZE = 0x3024,
    EGL_DEPTH_SIZE = 0x3025,
    EGL_STENCIL_SIZE = 0x3026,
    EGL_SURFACE_TYPE = 0x3033,
    EGL_NONE = 0x3038,
    EGL_RENDERABLE_TYPE = 0x3040,
    EGL_OPENGL_API = 0x30A2,
    EGL_PLATFORM_SURFACELESS_MESA = 0x31DD,
    EGL_PLATFORM_DEVICE_EXT = 0x313F,
    EGL_PBUFFER_BIT = 1,
    EGL_OPENGL_BIT = 8,
    OSMESA_RGBA = 0x1908,
    GL_UNSIGNED_BYTE = 0x1401,
};

// Declares `name`, a pointer to the function of that name in `library`, or NULL.
#define FUNCTION(result, name, ...) result (*name)(__VA_ARGS__) = (result(*)(__VA_ARGS__))dlsym(library, #name)

static bool fail(char *error, size_t size, const char *reason) {
    snprintf(error, size, "%s", reason);
    return false;
}

enum { MOST_DISPLAYS = 17 };

// Lists the possible displays: those of devices (the machine's graphics cards, then Mesa's software renderer), and
// Mesa's display without a device. None is initialised yet.
static int egl_displays(void *library, void *displays[MOST_DISPLAYS]) {
    FUNCTION(void *, eglGetProcAddress, const char *);
    if (!eglGetProcAddress) return 0;
    void *(*platform_display)(unsigned, void *, const int *) =
        (void *(*)(unsigned, void *, const int *))eglGetProcAddress("eglGetPlatformDisplayEXT");
    unsigned (*query_devices)(int, void **, int *) =
        (unsigned (*)(int, void **, int *))eglGetProcAddress("eglQueryDevicesEXT");
    if (!platform_display) return 0;

    void *devices[MOST_DISPLAYS - 1];
    int count = 0;
    if (!query_devices || !query_devices(MOST_DISPLAYS - 1, devices, &count)) count = 0;
    for (int i = 0; i < count; i++) displays[i] = platform_display(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
    displays[count] = platform_display(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
    return count + 1;
}

static void *egl_library;

static bool egl_use(void *display, void *context) {
    void *library = egl_library;
    FUNCTION(unsigned, eglMakeCurrent, void *, void *, void *, void *);
    return eglMakeCurrent(display, NULL, NULL, context);
}

static void egl_release(void *display, void *context) {
    void *library = egl_library;
    FUNCTION(unsigned, eglMakeCurrent, void *, void *, void *, void *);
    FUNCTION(unsigned, eglDestroyContext, void *, void *);
    eglMakeCurrent(display, NULL, NULL, NULL);
    eglDestroyContext(display, context); // the display is shared by all contexts and is kept
}

// Makes a context on an initialised display.
static bool egl_open_on(void *display, void *library, opengl_t *opengl, char *error, size_t size) {
    FUNCTION(unsigned, eglChooseConfig, void *, const int *, void **, int, int *);
    FUNCTION(unsigned, eglBindAPI, unsigned);
    FUNCTION(void *, eglCreateContext, void *, void *, void *, const int *);
    FUNCTION(unsigned, eglDestroyContext, void *, void *);
    static const int wanted[] = {
        EGL_RED_SIZE,   8,  EGL_GREEN_SIZE,   8, EGL_BLUE_SIZE,    8,               EGL_ALPHA_SIZE,      8,
        EGL_DEPTH_SIZE, 24, EGL_STENCIL_SIZE, 8, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
        EGL_NONE};
    void *config = NULL;
    int count = 0;
    if (!eglChooseConfig(display, wanted, &config, 1, &count) || count == 0 || !eglBindAPI(EGL_OPENGL_API)) {
        return fail(error, size, "its driver does not draw with OpenGL");
    }
    void *context = eglCreateContext(display, config, NULL, NULL);
    if (!context) return fail(error, size, "it makes no context");
    egl_library = library;
    if (!egl_use(display, context)) {
        eglDestroyContext(display, context);
        return fail(error, size, "its context needs a window");
    }
    *opengl = (opengl_t){.use = egl_use, .release = egl_release, .display = display, .context = context};
    return true;
}

// Makes a context on the first display that works.
static bool egl_open(void *library, opengl_t *opengl, char *error, size_t size) {
    static const char *const needed[] = {"eglChooseConfig",  "eglBindAPI",        "eglCreateContext",
                                         "eglMakeCurrent",   "eglDestroyContext", "eglInitialize",
                                         "eglTerminate"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!dlsym(library, needed[i])) return fail(error, size, "it lacks functions of EGL 1.4");
    }
    FUNCTION(unsigned, eglInitialize, void *, int *, int *);
    FUNCTION(unsigned, eglTerminate, void *);
    void *displays[MOST_DISPLAYS];
    int count = egl_displays(library, displays);
    fail(error, size, "it has no driver that works here");
    for (int i = 0; i < count; i++) {
        if (!displays[i] || !eglInitialize(displays[i], NULL, NULL)) continue;
        if (egl_open_on(displays[i], library, opengl, error, size)) return true;
        eglTerminate(displays[i]);
    }
    return false;
}

static void *osmesa_library;

static bool osmesa_use(void *display, void *context) {
    (void)display;
    void *library = osmesa_library;
    FUNCTION(unsigned char, OSMesaMakeCurrent, void *, void *, unsigned, int, int);
    // OSMesa's window in memory: MuJoCo draws into its own framebuffer, so one pixel is enough.
    static unsigned char window[4];
    return OSMesaMakeCurrent(context, window, GL_UNSIGNED_BYTE, 1, 1);
}

static void osmesa_release(void *display, void *context) {
    (void)display;
    void *library = osmesa_library;
    FUNCTION(void, OSMesaDestroyContext, void *);
    OSMesaDestroyContext(context);
}

static bool osmesa_open(void *library, opengl_t *opengl, char *error, size_t size) {
    FUNCTION(void *, OSMesaCreateContextExt, unsigned, int, int, int, void *);
    FUNCTION(unsigned char, OSMesaMakeCurrent, void *, void *, unsigned, int, int);
    FUNCTION(void, OSMesaDestroyContext, void *);
    if (!OSMesaCreateContextExt || !OSMesaMakeCurrent || !OSMesaDestroyContext) {
        return fail(error, size, "it lacks functions of OSMesa");
    }
    void *context = OSMesaCreateContextExt(OSMESA_RGBA, 24, 8, 0, NULL);
    if (!context) return fail(error, size, "it makes no context");
    osmesa_library = library;
    if (!osmesa_use(NULL, context)) {
        OSMesaDestroyContext(context);
        return fail(error, size, "it makes no context current");
    }
    *opengl = (opengl_t){.use = osmesa_use, .release = osmesa_release, .context = context};
    return true;
}

static const struct {
    const char *name; // as in MUJOCO_GL
    const char *file;
    bool (*open)(void *library, opengl_t *opengl, char *error, size_t size);
} kinds[] = {{"egl", "libEGL.so.1", egl_open}, {"osmesa", "libOSMesa.so.8", osmesa_open}};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool wanted(size_t kind) {
    const char *choice = getenv("MUJOCO_GL");
    bool known = false;
    for (size_t i = 0; choice && i < KINDS; i++) known |= strcmp(choice, kinds[i].name) == 0;
    return !known || strcmp(choice, kinds[kind].name) == 0;
}

// MuJoCo looks for OpenGL's functions in all loaded libraries, so an unusable library must be unloaded.
static bool open_kind(size_t kind, opengl_t *opengl, char *error, size_t size) {
    void *library = dlopen(kinds[kind].file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        return fail(error, size, reason ? reason : "it cannot be loaded");
    }
    char reason[128];
    if (kinds[kind].open(library, opengl, reason, sizeof reason)) return true;
    snprintf(error, size, "%s: %s", kinds[kind].file, reason);
    dlclose(library);
    return false;
}

bool opengl_open(opengl_t *opengl, char *error, size_t size) {
    *opengl = (opengl_t){0};
    size_t used = 0;
    for (size_t kind = 0; kind < KINDS; kind++) {
        if (!wanted(kind)) continue;
        char reason[512];
        if (open_kind(kind, opengl, reason, sizeof reason)) return true;
        int length = snprintf(error + used, size - used, "%s%s", used ? "; " : "", reason);
        used = used + (size_t)length < size ? used + (size_t)length : size - 1;
    }
    return false;
}

bool opengl_use(const opengl_t *opengl) { return opengl->use(opengl->display, opengl->context); }

void opengl_close(opengl_t *opengl) {
    if (opengl->context) opengl->release(opengl->display, opengl->context);
    *opengl = (opengl_t){0};
}
