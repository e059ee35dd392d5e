#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull
#define LENGTH (4 * PAGE)

static void mapped_twice_is_refused_and_first_stays(int fd, uint64_t address)
{
    memcpy((void *)address, "first", 6);
    CHECK_EQUAL(-EEXIST, pollio_vfio_map_shared(fd, 0, address + PAGE, PAGE));
    CHECK_EQUAL(0, memcmp((void *)address, "first", 6));
}

static void offset_selects_the_part(int fd, uint64_t address)
{
    uint64_t other = free_address(PAGE, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 2 * PAGE, other, PAGE));
    *(volatile char *)(address + 2 * PAGE) = 'x';
    CHECK_EQUAL('x', *(volatile char *)other);
    CHECK_EQUAL(0, pollio_vfio_unmap(other, PAGE));
}

static void populated_pages_have_a_node(uint64_t address)
{
    CHECK_EQUAL(0, pollio_vfio_populate(address, LENGTH));
    int32_t node = pollio_vfio_page_node(address + PAGE);
    /* A kernel without NUMA has no such call. */
    CHECK(node >= 0 || node == -ENOSYS);
}

static void nodes_that_are_not_there_are_refused(uint64_t address)
{
    CHECK_EQUAL(-EINVAL, pollio_vfio_bind_node(address, LENGTH, -1));
    CHECK_EQUAL(-EINVAL, pollio_vfio_bind_node(address, LENGTH, 1024));
    int32_t last = pollio_vfio_bind_node(address, LENGTH, 1023);
    CHECK(last == -EINVAL || last == -ENOSYS || last == -EPERM);
    int32_t first = pollio_vfio_bind_node(address, LENGTH, 0);
    CHECK(first == 0 || first == -ENOSYS || first == -EPERM);
}

static void untouched_pages_have_none(void)
{
    uint64_t address = free_address(PAGE, PAGE);
    int fd = memfd_create("untouched", MFD_CLOEXEC);
    CHECK_EQUAL(0, ftruncate(fd, PAGE));
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, PAGE));
    int32_t node = pollio_vfio_page_node(address);
    CHECK(node == -ENOENT || node == -EFAULT || node == -ENOSYS);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, PAGE));
    CHECK_EQUAL(0, close(fd));
}

static void locking_is_undone(uint64_t address)
{
    CHECK_EQUAL(0, pollio_vfio_lock(address, LENGTH));
    CHECK_EQUAL(0, pollio_vfio_unlock(address, LENGTH));
    CHECK_EQUAL(-ENOMEM, pollio_vfio_lock(free_address(PAGE, PAGE), PAGE));
}

int main(void)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, pollio_vfio_hugepage_resize(fd, LENGTH));
    uint64_t address = free_address(LENGTH, PAGE);
    CHECK_EQUAL(-EBADF, pollio_vfio_map_shared(-1, 0, address, LENGTH));
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, LENGTH));

    mapped_twice_is_refused_and_first_stays(fd, address);
    offset_selects_the_part(fd, address);
    nodes_that_are_not_there_are_refused(address);
    populated_pages_have_a_node(address);
    untouched_pages_have_none();
    locking_is_undone(address);

    CHECK_EQUAL(0, pollio_vfio_unmap(address, LENGTH));
    CHECK_EQUAL(-EFAULT, pollio_vfio_page_node(address));
    return 0;
}
