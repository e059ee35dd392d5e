#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull
#define LENGTH (4 * PAGE)

static uint64_t map(int fd)
{
    uint64_t address = free_address(LENGTH, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, LENGTH));
    memset((void *)address, 0x5a, LENGTH);
    return address;
}

static void lost_page_is_all_ones_and_the_eventfd_counts_it(int fd)
{
    uint64_t address = map(fd);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CHECK(event >= 0);
    int32_t range = pollio_vfio_sigbus_register_device(address, LENGTH, PAGE, event);
    CHECK(range >= 0);
    CHECK_EQUAL(0, ftruncate(fd, PAGE));

    uint64_t told = 0;
    CHECK_EQUAL(0x5a5a5a5a, *(volatile uint32_t *)address);
    CHECK_EQUAL(-1, read(event, &told, sizeof told));
    errno = 77;
    CHECK_EQUAL(UINT32_MAX, *(volatile uint32_t *)(address + PAGE));
    CHECK_EQUAL(77, errno);
    CHECK_EQUAL(UINT32_MAX, *(volatile uint32_t *)(address + 2 * PAGE - 4));
    CHECK_EQUAL(1, pollio_vfio_sigbus_hits(range));
    *(volatile uint32_t *)(address + 3 * PAGE) = 1;
    CHECK_EQUAL(UINT32_MAX, *(volatile uint32_t *)(address + 3 * PAGE + 4));
    CHECK_EQUAL(2, pollio_vfio_sigbus_hits(range));
    CHECK_EQUAL(sizeof told, read(event, &told, sizeof told));
    CHECK_EQUAL(2, told);

    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));
    CHECK_EQUAL(0, close(event));
    CHECK_EQUAL(0, pollio_vfio_unmap(address, LENGTH));
}

static void slot_keeps_no_fill_for_its_next_range(int fd)
{
    CHECK_EQUAL(0, ftruncate(fd, LENGTH));
    uint64_t address = map(fd);
    int32_t range = pollio_vfio_sigbus_register(address, LENGTH, PAGE);
    CHECK(range >= 0);
    CHECK_EQUAL(0, ftruncate(fd, 0));
    CHECK_EQUAL(0, *(volatile uint32_t *)address);
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));

    CHECK_EQUAL(0, ftruncate(fd, LENGTH));
    range = pollio_vfio_sigbus_register_device(address + PAGE, PAGE, PAGE, -1);
    CHECK(range >= 0);
    CHECK_EQUAL(0, ftruncate(fd, 0));
    CHECK_EQUAL(UINT32_MAX, *(volatile uint32_t *)(address + PAGE));
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));
    CHECK_EQUAL(0, pollio_vfio_unmap(address, LENGTH));
}

int main(void)
{
    int fd = memfd_create("registers", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, ftruncate(fd, LENGTH));
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    lost_page_is_all_ones_and_the_eventfd_counts_it(fd);
    slot_keeps_no_fill_for_its_next_range(fd);
    return 0;
}
