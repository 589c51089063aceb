/* What the checks share: buffers between guard pages, reproducible data, levels, timing. */
#ifndef CONVOY_HARNESS_H
#define CONVOY_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a buffer lies in its pages: an overrun by one byte on that side ends the program. The other
 * side is filled with a pattern that buffer_intact checks. */
enum flush { FLUSH_START, FLUSH_END };

/* Memory for the bytes asked for, between two unreadable pages. At first all of its bits are set:
 * NaN, as floats. */
typedef struct {
  void *data;
  size_t bytes;
  char *pages;
  size_t page_bytes;
} buffer;

buffer buffer_new(size_t bytes, enum flush flush);
void buffer_free(buffer *b);

/* Whether the pages around the buffer's own bytes still hold what buffer_new put there. */
bool buffer_intact(const buffer *b);

/* Forbids writing, or allows it again, as to an image that is mapped read-only. */
void buffer_read_only(buffer *b, bool read_only);

/* The next number of a fixed sequence, uniform over 64 bits. */
uint64_t random_bits(void);
/* Uniform in [low, high], both included. */
int64_t random_int(int64_t low, int64_t high);
/* Uniform in [-1, 1), a float exactly. */
double random_real(void);

/* How many random cases to check: the usual number, or the part of it that CONVOY_CHECK_SHARE asks
 * for, from 0 to 1. */
int random_cases(int usual);

/* The best level's name first, down to "c": those that this machine can run, or the one that
 * CONVOY_CHECK_LEVEL names; NULL ends the list. */
const char *const *levels(void);

/* Counts a failure and prints it, with the level in use. The first 20 are printed. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints the count and returns the program's exit status. */
int finish(const char *name);

/* Seconds of processor time that this process has had: machines are shared. */
double seconds(void);

/* Best seconds per call of several batches, each long enough to time. */
double best_seconds(void (*call)(void *), void *argument);

#endif
