#define _GNU_SOURCE  // addclosefrom_np
#include "CProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static size_t count(char *const list[]) {
    size_t n = 0;
    while (list[n]) n++;
    return n;
}

// Whether two variables have the same name.
static bool same_name(const char *one, const char *other) {
    size_t length = strcspn(one, "=");
    return strncmp(one, other, length + 1) == 0;
}

// This process's environment with `changes`; the caller frees the list only.
static char **changed_environment(char *const changes[]) {
    char **list = malloc((count(environ) + count(changes) + 1) * sizeof *list);
    if (!list) return NULL;
    size_t n = 0;
    for (char **old = environ; *old; old++) {
        bool is_changed = false;
        for (size_t i = 0; changes[i]; i++) is_changed |= same_name(changes[i], *old);
        if (!is_changed) list[n++] = *old;
    }
    for (size_t i = 0; changes[i]; i++) list[n++] = changes[i];
    list[n] = NULL;
    return list;
}

static int add_streams(posix_spawn_file_actions_t *actions, const int streams[3]) {
    for (int i = 0; i < 3; i++) {
        int error = 0;
        if (streams[i] == AB_NO_STREAM)
            error = posix_spawn_file_actions_addopen(actions, i, "/dev/null", i ? O_WRONLY : O_RDONLY, 0);
        else if (streams[i] != AB_OUR_STREAM)
            error = posix_spawn_file_actions_adddup2(actions, streams[i], i);
        if (error) return error;
    }
    return posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

pid_t ab_start_program(
    char *const words[], char *const variables[], const int streams[3], bool own_group) {
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return -error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        char **environment = changed_environment(variables);
        error = environment ? add_streams(&actions, streams) : ENOMEM;
        if (!error && own_group) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        if (!error) error = posix_spawnp(&pid, words[0], &actions, &attributes, words, environment);
        free(environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error ? -error : pid;
}
