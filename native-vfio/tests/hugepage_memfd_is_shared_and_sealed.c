#include "harness.h"
#include "pollio_vfio.h"
#include "reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void page_size_is_that_asked_for(int fd)
{
    CHECK_EQUAL(HUGEPAGE_SIZE, pollio_vfio_hugepage_page_size(fd));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
}

static void running_out_is_an_error_here(void)
{
    int fd = pollio_vfio_hugepage_memfd("too-much", HUGEPAGE_SIZE);
    CHECK(fd >= 0);
    CHECK_EQUAL(-ENOSPC, pollio_vfio_hugepage_allocate(fd, 0, 1ull << 46));
    CHECK_EQUAL(0, close(fd));
}

static void cannot_shrink_once_sealed(int fd)
{
    CHECK_EQUAL(0, pollio_vfio_hugepage_seal_shrink(fd));
    CHECK_EQUAL(-EPERM, pollio_vfio_hugepage_resize(fd, HUGEPAGE_SIZE));
}

static void two_mappings_show_the_same_bytes_on_one_node(int fd)
{
    uint64_t one = free_address(2 * HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, one, 2 * HUGEPAGE_SIZE));
    uint64_t other = free_address(HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, HUGEPAGE_SIZE, other, HUGEPAGE_SIZE));
    *(volatile int *)(one + HUGEPAGE_SIZE + 64) = 42;
    CHECK_EQUAL(42, *(volatile int *)(other + 64));
    int32_t node = pollio_vfio_page_node(other);
    CHECK(node >= 0 || node == -ENOSYS);
    CHECK_EQUAL(0, pollio_vfio_unmap(one, 2 * HUGEPAGE_SIZE));
    CHECK_EQUAL(0, pollio_vfio_unmap(other, HUGEPAGE_SIZE));
}

static void released_pages_are_free_again_and_read_as_zero(int fd)
{
    uint64_t address = free_address(HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, HUGEPAGE_SIZE, address, HUGEPAGE_SIZE));
    *(volatile int *)address = 5;
    struct stat before, after;
    CHECK_EQUAL(0, fstat(fd, &before));
    CHECK_EQUAL(0, pollio_vfio_hugepage_release(fd, HUGEPAGE_SIZE, HUGEPAGE_SIZE));
    CHECK_EQUAL(0, fstat(fd, &after));
    CHECK_EQUAL(before.st_size, after.st_size);
    CHECK_EQUAL(HUGEPAGE_SIZE / 512, before.st_blocks - after.st_blocks);
    CHECK_EQUAL(0, pollio_vfio_hugepage_allocate(fd, HUGEPAGE_SIZE, HUGEPAGE_SIZE));
    CHECK_EQUAL(0, *(volatile int *)address);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, HUGEPAGE_SIZE));
}

static void late_pages_come_from_the_bound_node(void)
{
    int fd = pollio_vfio_hugepage_memfd("bound", HUGEPAGE_SIZE);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, pollio_vfio_hugepage_resize(fd, HUGEPAGE_SIZE));
    uint64_t address = free_address(HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, HUGEPAGE_SIZE));
    int32_t bound = pollio_vfio_bind_node(address, HUGEPAGE_SIZE, 0);
    CHECK(bound == 0 || bound == -ENOSYS || bound == -EPERM);
    CHECK_EQUAL(0, pollio_vfio_populate(address, HUGEPAGE_SIZE));
    CHECK(bound != 0 || pollio_vfio_page_node(address) == 0);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, HUGEPAGE_SIZE));
    CHECK_EQUAL(0, close(fd));
}

static void populate_runs_out_with_an_error_and_leaves_nothing_reserved(void)
{
    int fd = pollio_vfio_hugepage_memfd("too-much", HUGEPAGE_SIZE);
    CHECK(fd >= 0);
    uint64_t length = 1ull << 40;
    CHECK_EQUAL(0, pollio_vfio_hugepage_resize(fd, length));
    uint64_t address = free_address(length, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, length));
    int32_t result = pollio_vfio_populate(address, length);
    CHECK(result == -EFAULT || result == -ENOMEM);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, length));
    CHECK_EQUAL(0, pollio_vfio_hugepage_release(fd, 0, length));
    struct stat empty;
    CHECK_EQUAL(0, fstat(fd, &empty));
    CHECK_EQUAL(0, empty.st_blocks);
    int other = pollio_vfio_hugepage_memfd("next", HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_hugepage_allocate(other, 0, 3 * HUGEPAGE_SIZE));
    CHECK_EQUAL(0, close(other));
    CHECK_EQUAL(0, close(fd));
}

static void hugepage_is_one_piece_of_physical_memory(int fd)
{
    uint64_t address = free_address(HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, HUGEPAGE_SIZE));
    CHECK_EQUAL(0, pollio_vfio_populate(address, HUGEPAGE_SIZE));
    uint64_t physical[2] = {0};
    int32_t result = pollio_vfio_physical_addresses(address, HUGEPAGE_SIZE - 8, 2, physical);
    CHECK(result == 0 || result == -EPERM);
    if (result == 0) {
        CHECK_EQUAL(0, physical[0] % HUGEPAGE_SIZE);
        CHECK_EQUAL(physical[0] + HUGEPAGE_SIZE - 8, physical[1]);
    }

    CHECK_EQUAL(0, pollio_vfio_unmap(address, HUGEPAGE_SIZE));
}

static void body(void)
{
    CHECK_EQUAL(-EINVAL, pollio_vfio_hugepage_memfd("bad", 0));
    CHECK_EQUAL(-EINVAL, pollio_vfio_hugepage_memfd("bad", 3 * HUGEPAGE_SIZE));
    CHECK_EQUAL(-ENODEV, pollio_vfio_hugepage_memfd("bad", 1ull << 23));

    int fd = pollio_vfio_hugepage_memfd("test", HUGEPAGE_SIZE);
    CHECK(fd >= 0);
    page_size_is_that_asked_for(fd);
    running_out_is_an_error_here();
    CHECK_EQUAL(0, pollio_vfio_hugepage_allocate(fd, 0, 2 * HUGEPAGE_SIZE));
    cannot_shrink_once_sealed(fd);
    two_mappings_show_the_same_bytes_on_one_node(fd);
    hugepage_is_one_piece_of_physical_memory(fd);
    released_pages_are_free_again_and_read_as_zero(fd);
    CHECK_EQUAL(0, close(fd));
    late_pages_come_from_the_bound_node();
    populate_runs_out_with_an_error_and_leaves_nothing_reserved();
}

int main(void)
{
    return with_hugepages(3, body);
}
