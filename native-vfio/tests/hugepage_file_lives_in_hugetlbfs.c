#include "harness.h"
#include "pollio_vfio.h"
#include "reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static char directory[] = "/tmp/pollio-hugetlbfs-XXXXXX";

static void body(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/region0", directory);
    /* A mount namespace of our own: the mount goes with the process, however it ends. */
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
        || mount("nodev", directory, "hugetlbfs", 0, "pagesize=2M") != 0) {
        skip("cannot mount a hugetlbfs: %s", strerror(errno));
    }

    int fd = pollio_vfio_hugepage_file(path);
    CHECK(fd >= 0);
    CHECK_EQUAL(HUGEPAGE_SIZE, pollio_vfio_hugepage_page_size(fd));
    CHECK_EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    CHECK_EQUAL(-EEXIST, pollio_vfio_hugepage_file(path));
    CHECK_EQUAL(0, pollio_vfio_hugepage_allocate(fd, 0, HUGEPAGE_SIZE));
    uint64_t address = free_address(HUGEPAGE_SIZE, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, HUGEPAGE_SIZE));
    memset((void *)address, 1, HUGEPAGE_SIZE);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, HUGEPAGE_SIZE));
    CHECK_EQUAL(0, close(fd));
    CHECK_EQUAL(0, unlink(path));
}

static void ordinary_file_is_told_apart(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/ordinary", directory);
    int fd = pollio_vfio_hugepage_file(path);
    CHECK(fd >= 0);
    CHECK_EQUAL(-ENOTTY, pollio_vfio_hugepage_page_size(fd));
    CHECK_EQUAL(0, close(fd));
    CHECK_EQUAL(0, unlink(path));
    CHECK_EQUAL(-EBADF, pollio_vfio_hugepage_page_size(-1));
    CHECK_EQUAL(-ENOENT, pollio_vfio_hugepage_file("/nonexistent/file"));
}

static void remove_directory(void)
{
    rmdir(directory);
}

int main(void)
{
    CHECK(mkdtemp(directory) != NULL);
    ordinary_file_is_told_apart();
    atexit(remove_directory);
    return with_hugepages(1, body);
}
