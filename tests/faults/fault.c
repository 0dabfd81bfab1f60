/* Makes the n-th write or sync of a database's files fail, as a full or broken disk does.
 *
 * Preloaded into the server (LD_PRELOAD) by tests/it/faults.rs, which builds it. DISK_FAULT names a file of four
 * 32-bit numbers that the test writes and this reads while both run: how many calls go well before one fails
 * (0: none fails), the errno, whether all later ones fail as well, and, counted here, how many have failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct control {
  _Atomic int left, error, lasts, failed;
};

static struct control *control;

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("DISK_FAULT");
  int file = name ? open(name, O_RDWR) : -1;
  if (file < 0) return;
  void *found = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (found != MAP_FAILED) control = found;
  close(file);
}

/* Whether this call is to fail: one on a file whose name tells that it is the database's. */
static int fails(int file) {
  if (!control || atomic_load(&control->left) <= 0) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (!strstr(path, ".db")) return 0;
  if (atomic_fetch_sub(&control->left, 1) != 1) return 0;
  if (atomic_load(&control->lasts)) atomic_store(&control->left, 1);
  atomic_fetch_add(&control->failed, 1);
  errno = atomic_load(&control->error);
  return 1;
}

#define REAL(type, name) \
  static type real; \
  if (!real) real = (type)dlsym(RTLD_NEXT, name)

ssize_t write(int file, const void *from, size_t length) {
  typedef ssize_t (*call)(int, const void *, size_t);
  REAL(call, "write");
  return fails(file) ? -1 : real(file, from, length);
}

ssize_t pwrite(int file, const void *from, size_t length, off_t at) {
  typedef ssize_t (*call)(int, const void *, size_t, off_t);
  REAL(call, "pwrite");
  return fails(file) ? -1 : real(file, from, length, at);
}

ssize_t pwrite64(int file, const void *from, size_t length, off64_t at) {
  typedef ssize_t (*call)(int, const void *, size_t, off64_t);
  REAL(call, "pwrite64");
  return fails(file) ? -1 : real(file, from, length, at);
}

int fsync(int file) {
  typedef int (*call)(int);
  REAL(call, "fsync");
  return fails(file) ? -1 : real(file);
}

int fdatasync(int file) {
  typedef int (*call)(int);
  REAL(call, "fdatasync");
  return fails(file) ? -1 : real(file);
}
