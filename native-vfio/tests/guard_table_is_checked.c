#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>

#define PAGE 4096ull
#define BASE 0x700000000000ull

static void ranges_that_make_no_sense_are_refused(void)
{
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, PAGE, 0));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, PAGE, 3 * PAGE));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, PAGE, PAGE / 2));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, 0, PAGE));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE + 1, PAGE, PAGE));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, PAGE + 1, PAGE));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(BASE, PAGE, 2 * PAGE));
    CHECK_EQUAL(-EINVAL, pollio_vfio_sigbus_register(UINT64_MAX - PAGE + 1, 2 * PAGE, PAGE));
}

static void numbers_that_are_not_in_use_are_refused(void)
{
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_unregister(-1));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_unregister(0));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_unregister(POLLIO_VFIO_SIGBUS_RANGES));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_hits(-1));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_hits(POLLIO_VFIO_SIGBUS_RANGES));
}

static void overlap_is_refused_and_neighbours_are_not(void)
{
    int32_t middle = pollio_vfio_sigbus_register(BASE + 4 * PAGE, 4 * PAGE, PAGE);
    CHECK(middle >= 0);
    CHECK_EQUAL(-EEXIST, pollio_vfio_sigbus_register(BASE + 4 * PAGE, 4 * PAGE, PAGE));
    CHECK_EQUAL(-EEXIST, pollio_vfio_sigbus_register(BASE, 5 * PAGE, PAGE));
    CHECK_EQUAL(-EEXIST, pollio_vfio_sigbus_register(BASE + 7 * PAGE, PAGE, PAGE));
    CHECK_EQUAL(-EEXIST, pollio_vfio_sigbus_register(BASE, 16 * PAGE, PAGE));
    int32_t below = pollio_vfio_sigbus_register(BASE, 4 * PAGE, PAGE);
    int32_t above = pollio_vfio_sigbus_register(BASE + 8 * PAGE, PAGE, PAGE);
    CHECK(below >= 0 && above >= 0);
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(below));
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(middle));
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(above));
}

static void full_table_is_reported_and_slots_come_back(void)
{
    for (int32_t i = 0; i < POLLIO_VFIO_SIGBUS_RANGES; i++) {
        CHECK_EQUAL(i, pollio_vfio_sigbus_register(BASE + 2 * PAGE * (uint64_t)i, PAGE, PAGE));
    }

    CHECK_EQUAL(-ENOSPC, pollio_vfio_sigbus_register(BASE - PAGE, PAGE, PAGE));
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(500));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_unregister(500));
    CHECK_EQUAL(500, pollio_vfio_sigbus_register(BASE - PAGE, PAGE, PAGE));
    for (int32_t i = 0; i < POLLIO_VFIO_SIGBUS_RANGES; i++) {
        CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(i));
    }
}

int main(void)
{
    ranges_that_make_no_sense_are_refused();
    numbers_that_are_not_in_use_are_refused();
    overlap_is_refused_and_neighbours_are_not();
    full_table_is_reported_and_slots_come_back();
    return 0;
}
