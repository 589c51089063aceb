#define _GNU_SOURCE
#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "convoy.h"

enum { PATTERN = 0xA5, UNWRITTEN = 0xFF, SPARES = 32 };

static int failures;
static buffer spares[SPARES];
static int next_spare;
static uint64_t random_state = 0x9E3779B97F4A7C15u;

static size_t page_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

static void map_pages(buffer *b) {
  size_t page = page_size();
  for (int i = 0; i < SPARES; i++) {
    if (spares[i].pages != NULL && spares[i].page_bytes == b->page_bytes) {
      b->pages = spares[i].pages;
      spares[i].pages = NULL;
      return;
    }
  }
  b->pages = mmap(NULL, b->page_bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b->pages == MAP_FAILED) {
    perror("mmap");
    exit(2);
  }
  b->pages += page;
  buffer_read_only(b, false);
}

buffer buffer_new(size_t bytes, enum flush flush) {
  size_t page = page_size();
  buffer b = {.bytes = bytes, .page_bytes = (bytes + page - 1) / page * page};
  map_pages(&b);
  b.data = flush == FLUSH_START ? b.pages : b.pages + b.page_bytes - bytes;
  size_t rest = b.page_bytes - bytes;
  memset(flush == FLUSH_START ? b.pages + bytes : b.pages, PATTERN, rest);
  memset(b.data, UNWRITTEN, bytes);
  return b;
}

/* Keeps the pages for buffers to come: mapping them takes longer than most kernels do. */
void buffer_free(buffer *b) {
  size_t page = page_size();
  buffer *spare = &spares[next_spare++ % SPARES];
  if (spare->pages != NULL) {
    munmap(spare->pages - page, spare->page_bytes + 2 * page);
  }
  buffer_read_only(b, false);
  *spare = *b;
}

static bool holds_pattern(const char *from, const char *to) {
  while (from < to && *from == (char)PATTERN) {
    from++;
  }
  return from == to;
}

bool buffer_intact(const buffer *b) {
  const char *data = b->data;
  return holds_pattern(b->pages, data) && holds_pattern(data + b->bytes, b->pages + b->page_bytes);
}

void buffer_read_only(buffer *b, bool read_only) {
  if (b->page_bytes != 0 &&
      mprotect(b->pages, b->page_bytes, read_only ? PROT_READ : PROT_READ | PROT_WRITE) != 0) {
    perror("mprotect");
    exit(2);
  }
}

/* splitmix64 */
uint64_t random_bits(void) {
  uint64_t z = random_state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

int64_t random_int(int64_t low, int64_t high) {
  return low + (int64_t)(random_bits() % (uint64_t)(high - low + 1));
}

double random_real(void) {
  return (double)(int64_t)(random_bits() >> 40) / (1 << 23) - 1;
}

int random_cases(int usual) {
  const char *share = getenv("CONVOY_CHECK_SHARE");
  return share == NULL ? usual : (int)(usual * atof(share));
}

const char *const *levels(void) {
  static const char *const known[] = {"avx512", "avx2", "neon", "c"};
  static const char *offered[5];
  if (offered[0] != NULL) {
    return offered;
  }
  const char *wanted = getenv("CONVOY_CHECK_LEVEL");
  int n = 0;
  for (int i = 0; i < 4; i++) {
    if ((wanted == NULL || strcmp(wanted, known[i]) == 0) && convoy_cpu_limit(known[i]) == 0) {
      offered[n++] = known[i];
    }
  }
  convoy_cpu_limit(NULL);
  if (n == 0) {
    fprintf(stderr, "CONVOY_CHECK_LEVEL is %s, must be a level that this machine can run\n",
            wanted);
    exit(2);
  }
  return offered;
}

void fail(const char *format, ...) {
  if (++failures > 20) {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  printf("FAIL [%s] ", convoy_cpu_level());
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
}

int finish(const char *name) {
  printf("%s: levels", name);
  for (const char *const *level = levels(); *level != NULL; level++) {
    printf(" %s", *level);
  }
  printf(", %d failures\n", failures);
  return failures == 0 ? 0 : 1;
}

double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double best_seconds(void (*call)(void *), void *argument) {
  double best = 1e30;
  for (int batch = 0; batch < 7; batch++) {
    int calls = 0;
    double start = seconds(), now;
    do {
      call(argument);
      calls++;
      now = seconds();
    } while (now - start < 0.02);
    best = (now - start) / calls < best ? (now - start) / calls : best;
  }
  return best;
}
