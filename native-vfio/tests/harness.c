#include "harness.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void check_equal(const char *file, int line, const char *text, int64_t expected, int64_t actual)
{
    if (expected != actual) {
        fprintf(stderr, "%s:%d: %s: expected %" PRId64 ", got %" PRId64 "\n", file, line, text, expected, actual);
        exit(EXIT_FAILURE);
    }
}

noreturn void skip(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("skipped: ", stdout);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    exit(TEST_SKIPPED);
}

uint64_t free_address(uint64_t length, uint64_t alignment)
{
    void *found = mmap(NULL, length + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(found != MAP_FAILED);
    CHECK_EQUAL(0, munmap(found, length + alignment));
    return ((uint64_t)(uintptr_t)found + alignment - 1) & ~(alignment - 1);
}

int status_of_child(void (*body)(void))
{
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        body();
        _exit(EXIT_SUCCESS);
    }

    int status = 0;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return status;
}
