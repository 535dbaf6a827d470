/* Preloaded into the program under test: notes each change of a file below RECORD_FOLDER, in order, in RECORD_LOG.
   A record: kind (1 byte), lengths of path and data (2 x uint32), place (int64), path, data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;
static const char *folder;
static size_t folder_length;

__attribute__((constructor)) static void begin(void) {
    folder = getenv("RECORD_FOLDER");
    const char *name = getenv("RECORD_LOG");
    folder_length = folder ? strlen(folder) : 0;
    if (name) out = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT, 0600);
}

static int ours(const char *path) {
    size_t length = strlen(path);
    if (out < 0 || strncmp(path, folder, folder_length) != 0) return 0;
    if (length >= 4 && strcmp(path + length - 4, "-shm") == 0) return 0;
    return path[folder_length] == '/' || path[folder_length] == 0;
}

static int of_handle(int handle, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = syscall(SYS_readlink, link, path, 4095);
    if (length <= 0) return 0;
    path[length] = 0;
    return ours(path);
}

static void note(char kind, const char *path, int64_t place, const void *data, uint32_t size) {
    char head[17];
    uint32_t length = strlen(path);
    head[0] = kind;
    memcpy(head + 1, &length, 4);
    memcpy(head + 5, &size, 4);
    memcpy(head + 9, &place, 8);
    syscall(SYS_write, out, head, sizeof head);
    syscall(SYS_write, out, path, length);
    if (size) syscall(SYS_write, out, data, size);
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
#define LOCK pthread_mutex_lock(&turn)
#define UNLOCK do { int kept = errno; pthread_mutex_unlock(&turn); errno = kept; } while (0)

static int opened(int handle, int flags, int existed) {
    char path[4096];
    if (handle >= 0 && (flags & (O_CREAT | O_TRUNC)) && of_handle(handle, path)) {
        if (!existed) note('C', path, 0, 0, 0);
        else if (flags & O_TRUNC) note('T', path, 0, 0, 0);
    }
    return handle;
}

static int do_open(int at, const char *path, int flags, int mode) {
    LOCK;
    int existed = faccessat(at, path, F_OK, 0) == 0;
    int handle = opened(syscall(SYS_openat, at, path, flags, mode), flags, existed);
    UNLOCK;
    return handle;
}

#define MODE int mode = 0; if (flags & O_CREAT) { va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); }
int open(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags | O_LARGEFILE, mode); }

ssize_t write(int handle, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char path[4096];
    if (!of_handle(handle, path)) return real(handle, data, size);
    LOCK;
    int append = fcntl(handle, F_GETFL) & O_APPEND;
    int64_t place = lseek(handle, 0, append ? SEEK_END : SEEK_CUR);
    ssize_t done = real(handle, data, size);
    if (done > 0) note('W', path, place, data, done);
    UNLOCK;
    return done;
}

static ssize_t do_pwrite(int handle, const void *data, size_t size, off64_t place) {
    char path[4096];
    if (!of_handle(handle, path)) return syscall(SYS_pwrite64, handle, data, size, place);
    LOCK;
    ssize_t done = syscall(SYS_pwrite64, handle, data, size, place);
    if (done > 0) note('W', path, place, data, done);
    UNLOCK;
    return done;
}
ssize_t pwrite(int handle, const void *data, size_t size, off_t place) { return do_pwrite(handle, data, size, place); }
ssize_t pwrite64(int handle, const void *data, size_t size, off64_t place) { return do_pwrite(handle, data, size, place); }

static int cut(int handle, off64_t size) {
    char path[4096];
    LOCK;
    int done = syscall(SYS_ftruncate, handle, size);
    if (done == 0 && of_handle(handle, path)) note('T', path, size, 0, 0);
    UNLOCK;
    return done;
}
int ftruncate(int handle, off_t size) { return cut(handle, size); }
int ftruncate64(int handle, off64_t size) { return cut(handle, size); }

/* Nothing reaches a platter here: the replay decides what did. */
static int settled(int handle) {
    char path[4096];
    LOCK;
    if (of_handle(handle, path)) note('S', path, 0, 0, 0);
    UNLOCK;
    return 0;
}
int fsync(int handle) { return settled(handle); }
int fdatasync(int handle) { return settled(handle); }

static int gone(int at, const char *path, int flags) {
    char whole[4096];
    LOCK;
    if (!realpath(path, whole)) snprintf(whole, sizeof whole, "%s", path);
    int done = syscall(SYS_unlinkat, at, path, flags);
    if (done == 0 && !flags && ours(whole)) note('U', whole, 0, 0, 0);
    UNLOCK;
    return done;
}
int unlink(const char *path) { return gone(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return gone(at, path, flags); }
int remove(const char *path) { return gone(AT_FDCWD, path, 0); }

int rename(const char *from, const char *to) {
    char old[4096], now[4096];
    LOCK;
    if (!realpath(from, old)) snprintf(old, sizeof old, "%s", from);
    int done = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (done == 0 && ours(old)) {
        if (!realpath(to, now)) snprintf(now, sizeof now, "%s", to);
        note('R', old, 0, now, strlen(now));
    }
    UNLOCK;
    return done;
}
