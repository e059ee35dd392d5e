#include "pollio_vfio.h"
#include "vfio_caps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

_Static_assert(POLLIO_VFIO_TYPE1V2 == VFIO_TYPE1v2_IOMMU, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_GROUP_VIABLE == VFIO_GROUP_FLAGS_VIABLE, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_NOIOMMU == VFIO_NOIOMMU_IOMMU, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_GROUP_CONTAINER_SET == VFIO_GROUP_FLAGS_CONTAINER_SET, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_DMA_READ == VFIO_DMA_MAP_FLAG_READ, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_DMA_WRITE == VFIO_DMA_MAP_FLAG_WRITE, "linux/vfio.h");

/* Room for 1000 IOVA ranges; machines have a handful. */
#define INFO_BYTES 16384

static int32_t status(int result)
{
    return result < 0 ? -errno : result;
}

int32_t pollio_vfio_container_open(const char *path)
{
    int container = open(path, O_RDWR | O_CLOEXEC);
    if (container < 0) {
        return -errno;
    }

    int version = ioctl(container, VFIO_GET_API_VERSION);
    if (version == VFIO_API_VERSION) {
        return container;
    }

    int32_t result = version < 0 ? -errno : -EPROTO;
    close(container);
    return result;
}

int32_t pollio_vfio_container_has_type(int32_t container, uint32_t type)
{
    return status(ioctl(container, VFIO_CHECK_EXTENSION, (unsigned long)type));
}

int32_t pollio_vfio_container_set_type(int32_t container, uint32_t type)
{
    return status(ioctl(container, VFIO_SET_IOMMU, (unsigned long)type));
}

int32_t pollio_vfio_group_open(const char *path)
{
    return status(open(path, O_RDWR | O_CLOEXEC));
}

int32_t pollio_vfio_group_status(int32_t group)
{
    struct vfio_group_status answer = {.argsz = sizeof answer};
    int32_t result = status(ioctl(group, VFIO_GROUP_GET_STATUS, &answer));
    return result < 0 ? result : (int32_t)answer.flags;
}

int32_t pollio_vfio_group_set_container(int32_t group, int32_t container)
{
    return status(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container));
}

int32_t pollio_vfio_group_unset_container(int32_t group)
{
    return status(ioctl(group, VFIO_GROUP_UNSET_CONTAINER));
}

int32_t pollio_vfio_group_device(int32_t group, const char *name)
{
    return status(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name));
}

int32_t pollio_vfio_iommu_info(int32_t container, struct pollio_vfio_iommu_info *info)
{
    _Alignas(8) uint8_t buffer[INFO_BYTES] = {0};
    struct vfio_iommu_type1_info request = {.argsz = sizeof buffer};
    memcpy(buffer, &request, sizeof request);
    if (ioctl(container, VFIO_IOMMU_GET_INFO, buffer) != 0) {
        return -errno;
    }

    return pollio_vfio_parse_iommu_info(buffer, sizeof buffer, info);
}

int32_t pollio_vfio_dma_map(int32_t container, uint64_t address, uint64_t iova, uint64_t length, uint32_t flags)
{
    struct vfio_iommu_type1_dma_map request = {
        .argsz = sizeof request, .flags = flags, .vaddr = address, .iova = iova, .size = length};
    if ((flags & ~(POLLIO_VFIO_DMA_READ | POLLIO_VFIO_DMA_WRITE)) != 0) {
        return -EINVAL;
    }

    return status(ioctl(container, VFIO_IOMMU_MAP_DMA, &request));
}

int64_t pollio_vfio_dma_unmap(int32_t container, uint64_t iova, uint64_t length)
{
    struct vfio_iommu_type1_dma_unmap request = {.argsz = sizeof request, .iova = iova, .size = length};
    int32_t result = status(ioctl(container, VFIO_IOMMU_UNMAP_DMA, &request));
    return result < 0 ? result : (int64_t)request.size;
}
