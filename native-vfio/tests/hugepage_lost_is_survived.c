#include "harness.h"
#include "pollio_vfio.h"
#include "reserve.h"

#include <unistd.h>

static void body(void)
{
    int fd = pollio_vfio_hugepage_memfd("peer", HUGEPAGE_SIZE);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, pollio_vfio_hugepage_allocate(fd, 0, 2 * HUGEPAGE_SIZE));
    uint64_t address = free_address(2 * HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, 2 * HUGEPAGE_SIZE));
    *(volatile int *)address = 7;
    *(volatile int *)(address + HUGEPAGE_SIZE) = 8;

    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    int32_t range = pollio_vfio_sigbus_register(address, 2 * HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK(range >= 0);
    CHECK_EQUAL(0, pollio_vfio_hugepage_resize(fd, HUGEPAGE_SIZE));

    /* The whole hugepage is replaced at the first touch, wherever in it that falls. */
    CHECK_EQUAL(0, *(volatile int *)(address + HUGEPAGE_SIZE + 123456));
    CHECK_EQUAL(1, pollio_vfio_sigbus_hits(range));
    CHECK_EQUAL(0, *(volatile int *)(address + HUGEPAGE_SIZE));
    *(volatile int *)(address + 2 * HUGEPAGE_SIZE - 4) = 1;
    CHECK_EQUAL(1, pollio_vfio_sigbus_hits(range));
    CHECK_EQUAL(7, *(volatile int *)address);

    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));
    CHECK_EQUAL(0, pollio_vfio_unmap(address, 2 * HUGEPAGE_SIZE));
    CHECK_EQUAL(0, close(fd));
}

int main(void)
{
    return with_hugepages(2, body);
}
