#include "reserve.h"

#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"

static long read_count(const char *name)
{
    long value = -1;
    FILE *file = fopen(name, "r");
    if (file != NULL) {
        if (fscanf(file, "%ld", &value) != 1) {
            value = -1;
        }

        fclose(file);
    }

    return value;
}

static int write_total(long value)
{
    FILE *file = fopen(POOL "nr_hugepages", "w");
    if (file == NULL) {
        return errno;
    }

    int printed = fprintf(file, "%ld\n", value);
    return fclose(file) == 0 && printed > 0 ? 0 : errno;
}

int with_hugepages(long count, void (*body)(void))
{
    long total = read_count(POOL "nr_hugepages");
    long free_pages = read_count(POOL "free_hugepages") - read_count(POOL "resv_hugepages");
    if (total < 0) {
        skip("the kernel has no 2 MiB hugepages");
    }

    long missing = free_pages < count ? count - free_pages : 0;
    /* The child inherits this and ends by itself in milliseconds; the count has to be put back before we go. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    int error = missing > 0 ? write_total(total + missing) : 0;
    long added = read_count(POOL "nr_hugepages") - total;
    int status = added >= missing ? status_of_child(body) : 0;
    /* What was added is taken away, not the old total written back: another process may have changed it meanwhile. */
    if (missing > 0 && added > 0) {
        CHECK_EQUAL(0, write_total(read_count(POOL "nr_hugepages") - added));
    }

    if (added < missing) {
        skip("%ld hugepages of 2 MiB needed, %ld free, %ld more granted%s%s", count, free_pages, added, error != 0 ? ": " : "",
             error != 0 ? strerror(error) : "");
    }

    if (WIFSIGNALED(status)) {
        fprintf(stderr, "died of signal %d\n", WTERMSIG(status));
        return EXIT_FAILURE;
    }

    return WEXITSTATUS(status);
}
