#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull

int main(void)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, ftruncate(fd, 2 * PAGE));
    uint64_t one = free_address(2 * PAGE, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, one, 2 * PAGE));
    uint64_t other = free_address(2 * PAGE, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, other, 2 * PAGE));

    uint64_t physical[3] = {0};
    CHECK_EQUAL(-ENOENT, pollio_vfio_physical_addresses(one, PAGE, 1, physical));
    CHECK_EQUAL(0, pollio_vfio_lock(one, 2 * PAGE));
    int32_t result = pollio_vfio_physical_addresses(one, PAGE, 2, physical);
    if (result == -EPERM || result == -EACCES) {
        skip("physical addresses are hidden from this user (%d)", result);
    }

    CHECK_EQUAL(0, result);
    CHECK(physical[0] % PAGE == 0 && physical[1] % PAGE == 0);
    CHECK(physical[0] != physical[1]);

    /* The same page through another mapping, and another address in it, is the same memory. */
    *(volatile char *)other = 1;
    uint64_t again[1] = {0};
    CHECK_EQUAL(0, pollio_vfio_physical_addresses(other + 123, PAGE, 1, again));
    CHECK_EQUAL(physical[0] + 123, again[0]);

    /* The first page that is not there ends it. */
    CHECK_EQUAL(0, pollio_vfio_unmap(one + PAGE, PAGE));
    CHECK_EQUAL(-ENOENT, pollio_vfio_physical_addresses(one, PAGE, 2, physical));
    return 0;
}
