#include "pollio_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* The kernel's CONFIG_NODES_SHIFT is 10 at most. */
#define MAX_NODES 1024
#define BITS_PER_WORD (8 * sizeof(unsigned long))

/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_PFN_MASK ((1ull << 55) - 1)

static void *pointer(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

int32_t pollio_vfio_map_shared(int32_t fd, uint64_t offset, uint64_t address, uint64_t length)
{
    /* A reservation made by mmap would stay with the file when populate fails, and hold free hugepages that nobody uses. */
    int flags = MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
    void *mapped = mmap(pointer(address), length, PROT_READ | PROT_WRITE, flags, fd, (off_t)offset);
    if (mapped == MAP_FAILED) {
        return -errno;
    }

    if (mapped != pointer(address)) {
        /* Kernels before 4.17 take the address for a hint. */
        munmap(mapped, length);
        return -EEXIST;
    }

    return 0;
}

int32_t pollio_vfio_unmap(uint64_t address, uint64_t length)
{
    return munmap(pointer(address), length) == 0 ? 0 : -errno;
}

int32_t pollio_vfio_bind_node(uint64_t address, uint64_t length, int32_t node)
{
    if (node < 0 || node >= MAX_NODES) {
        return -EINVAL;
    }

    unsigned long mask[MAX_NODES / BITS_PER_WORD] = {0};
    mask[(size_t)node / BITS_PER_WORD] = 1ul << ((size_t)node % BITS_PER_WORD);
    /* The kernel reads one bit less than it is told. */
    long result = syscall(SYS_mbind, pointer(address), length, MPOL_BIND, mask, MAX_NODES + 1ul, 0u);
    return result == 0 ? 0 : -errno;
}

int32_t pollio_vfio_populate(uint64_t address, uint64_t length)
{
    int result;
    do {
        result = madvise(pointer(address), length, MADV_POPULATE_WRITE);
    } while (result != 0 && errno == EINTR);

    return result == 0 ? 0 : -errno;
}

int32_t pollio_vfio_page_node(uint64_t address)
{
    void *page = pointer(address);
    int status = -ENOENT;
    if (syscall(SYS_move_pages, 0, 1ul, &page, NULL, &status, 0) != 0) {
        return -errno;
    }

    return status;
}

/* The bare calls: sanitizers replace the library's with ones that do nothing. */
int32_t pollio_vfio_lock(uint64_t address, uint64_t length)
{
    return syscall(SYS_mlock, pointer(address), length) == 0 ? 0 : -errno;
}

int32_t pollio_vfio_unlock(uint64_t address, uint64_t length)
{
    return syscall(SYS_munlock, pointer(address), length) == 0 ? 0 : -errno;
}

static int32_t physical_address(int pagemap, uint64_t page_size, uint64_t address, uint64_t *physical)
{
    uint64_t entry;
    ssize_t got;
    do {
        got = pread(pagemap, &entry, sizeof entry, (off_t)(address / page_size * sizeof entry));
    } while (got < 0 && errno == EINTR);

    if (got < 0) {
        return -errno;
    }

    if (got != sizeof entry || (entry & PAGEMAP_PRESENT) == 0) {
        return -ENOENT;
    }

    uint64_t frame = entry & PAGEMAP_PFN_MASK;
    if (frame == 0) {
        /* Without CAP_SYS_ADMIN the kernel answers, with the frame number blanked. */
        return -EPERM;
    }

    *physical = frame * page_size + address % page_size;
    return 0;
}

int32_t pollio_vfio_physical_addresses(uint64_t address, uint64_t stride, uint32_t count, uint64_t *physical)
{
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap < 0) {
        return -errno;
    }

    uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    int32_t result = 0;
    for (uint32_t i = 0; i < count && result == 0; i++) {
        result = physical_address(pagemap, page_size, address + i * stride, &physical[i]);
    }

    close(pagemap);
    return result;
}
