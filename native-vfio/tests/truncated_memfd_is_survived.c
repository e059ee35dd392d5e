#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull
#define LENGTH (4 * PAGE)

int main(void)
{
    int fd = memfd_create("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, ftruncate(fd, LENGTH));
    uint64_t address = free_address(LENGTH, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, LENGTH));
    memset((void *)address, 0x5a, LENGTH);

    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    int32_t range = pollio_vfio_sigbus_register(address, LENGTH, PAGE);
    CHECK(range >= 0);
    CHECK_EQUAL(0, pollio_vfio_sigbus_hits(range));

    CHECK_EQUAL(0, ftruncate(fd, PAGE));

    /* The page that is still there is untouched and not counted. */
    CHECK_EQUAL(0x5a, *(volatile unsigned char *)address);
    CHECK_EQUAL(0, pollio_vfio_sigbus_hits(range));

    /* A lost page reads as zero, takes writes and is counted once; errno of the interrupted code stays. */
    errno = 77;
    CHECK_EQUAL(0, *(volatile unsigned char *)(address + 2 * PAGE + 5));
    CHECK_EQUAL(77, errno);
    CHECK_EQUAL(1, pollio_vfio_sigbus_hits(range));
    *(volatile unsigned char *)(address + 2 * PAGE + 5) = 9;
    CHECK_EQUAL(9, *(volatile unsigned char *)(address + 2 * PAGE + 5));
    CHECK_EQUAL(1, pollio_vfio_sigbus_hits(range));

    /* A write is survived as a read is. */
    *(volatile unsigned char *)(address + 3 * PAGE) = 1;
    CHECK_EQUAL(2, pollio_vfio_sigbus_hits(range));

    /* The kernel meets the next lost page itself and says so by the call's result. */
    int pipe_ends[2];
    CHECK_EQUAL(0, pipe(pipe_ends));
    CHECK_EQUAL(-1, write(pipe_ends[1], (void *)(address + PAGE), 1));
    CHECK_EQUAL(EFAULT, errno);
    CHECK_EQUAL(2, pollio_vfio_sigbus_hits(range));

    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));
    CHECK_EQUAL(-ENOENT, pollio_vfio_sigbus_hits(range));
    CHECK_EQUAL(0, pollio_vfio_unmap(address, LENGTH));
    return 0;
}
