#ifndef HARNESS_H
#define HARNESS_H

#include <stdint.h>
#include <stdnoreturn.h>

#define TEST_SKIPPED 77

/* Ends the process with file, line and both values when they differ. */
#define CHECK_EQUAL(expected, actual) check_equal(__FILE__, __LINE__, #actual, (int64_t)(expected), (int64_t)(actual))
#define CHECK(condition) check_equal(__FILE__, __LINE__, #condition, 1, (condition) ? 1 : 0)

void check_equal(const char *file, int line, const char *text, int64_t expected, int64_t actual);

/* Prints why and ends the process the way ctest counts as skipped. */
noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An address where length bytes are free at this moment, a multiple of alignment. The tests have one thread when they ask. */
uint64_t free_address(uint64_t length, uint64_t alignment);

/* Runs body in a child and returns its wait status. */
int status_of_child(void (*body)(void));

#endif
