#include "pollio_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int32_t pollio_vfio_hugepage_memfd(const char *name, uint64_t page_size)
{
    if (page_size == 0 || (page_size & (page_size - 1)) != 0) {
        return -EINVAL;
    }

    unsigned int size_flag = (unsigned int)__builtin_ctzll(page_size) << MFD_HUGE_SHIFT;
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | size_flag);
    return fd < 0 ? -errno : fd;
}

int32_t pollio_vfio_hugepage_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return fd < 0 ? -errno : fd;
}

int64_t pollio_vfio_hugepage_page_size(int32_t fd)
{
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0) {
        return -errno;
    }

    return fs.f_type == HUGETLBFS_MAGIC ? (int64_t)fs.f_bsize : -ENOTTY;
}

int32_t pollio_vfio_hugepage_resize(int32_t fd, uint64_t length)
{
    return ftruncate(fd, (off_t)length) == 0 ? 0 : -errno;
}

int32_t pollio_vfio_hugepage_allocate(int32_t fd, uint64_t offset, uint64_t length)
{
    int result;
    /* Any signal interrupts it between two pages, and a managed runtime sends signals to its threads; pages already taken are kept. */
    do {
        result = fallocate(fd, 0, (off_t)offset, (off_t)length);
    } while (result != 0 && errno == EINTR);

    return result == 0 ? 0 : -errno;
}

int32_t pollio_vfio_hugepage_release(int32_t fd, uint64_t offset, uint64_t length)
{
    int result;
    do {
        result = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length);
    } while (result != 0 && errno == EINTR);

    return result == 0 ? 0 : -errno;
}

int32_t pollio_vfio_hugepage_seal_shrink(int32_t fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0 ? 0 : -errno;
}
