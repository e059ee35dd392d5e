#include "pollio_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int32_t pollio_vfio_uio_open(const char *path)
{
    int uio = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    return uio < 0 ? -errno : uio;
}

int32_t pollio_vfio_uio_take(int32_t uio, uint32_t *count)
{
    uint32_t got = 0;
    /* UIO takes reads of exactly four bytes. */
    ssize_t bytes = read(uio, &got, sizeof got);
    if (bytes < 0) {
        return -errno;
    }

    if (bytes != sizeof got) {
        return -EIO;
    }

    *count = got;
    return 0;
}

int32_t pollio_vfio_resource_open(const char *path)
{
    int resource = open(path, O_RDWR | O_CLOEXEC | O_SYNC);
    return resource < 0 ? -errno : resource;
}
