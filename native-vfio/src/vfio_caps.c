#include "vfio_caps.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <string.h>

/* The layouts below are read byte for byte; linux/vfio.h. */
_Static_assert(sizeof(struct vfio_info_cap_header) == 8, "id, version, next");
_Static_assert(offsetof(struct vfio_iommu_type1_info, iova_pgsizes) == 8, "argsz, flags, iova_pgsizes");
_Static_assert(offsetof(struct vfio_iommu_type1_info, cap_offset) == 16, "argsz, flags, iova_pgsizes, cap_offset");
_Static_assert(sizeof(struct vfio_iommu_type1_info_cap_iova_range) == 16, "header, nr_iovas, reserved");
_Static_assert(sizeof(struct vfio_iova_range) == 16, "start, end");
_Static_assert(offsetof(struct vfio_iommu_type1_info_dma_avail, avail) == 8, "header, avail");
_Static_assert(sizeof(struct vfio_region_info) == 32, "argsz, flags, index, cap_offset, size, offset");
_Static_assert(sizeof(struct vfio_region_info_cap_sparse_mmap) == 16, "header, nr_areas, reserved");
_Static_assert(sizeof(struct vfio_region_sparse_mmap_area) == 16, "offset, size");
/* What the managed side reads. */
_Static_assert(sizeof(struct pollio_vfio_iommu_info) == 16 + 16 * POLLIO_VFIO_IOVA_RANGES, "mirrored by IommuInfo");
_Static_assert(sizeof(struct pollio_vfio_region_info) == 24 + 16 * POLLIO_VFIO_REGION_AREAS, "mirrored by RegionInfo");
_Static_assert(sizeof(struct pollio_vfio_device_info) == 12, "mirrored by DeviceInfo");

/*
 * Steps to the capability at *offset. 1: there it is, and *offset names the next. 0: the chain has ended. -EBADMSG: it leads outside
 * the buffer, or back: offsets must grow, so that a chain cannot be endless. first is where a capability may stand at the earliest.
 */
static int32_t step(const uint8_t *buffer, uint64_t length, uint64_t first, uint32_t *offset, uint32_t *at, struct vfio_info_cap_header *header)
{
    if (*offset == 0) {
        return 0;
    }

    if (*offset % 4 != 0 || *offset < first || length < sizeof *header || *offset > length - sizeof *header) {
        return -EBADMSG;
    }

    memcpy(header, buffer + *offset, sizeof *header);
    if (header->next != 0 && header->next <= *offset) {
        return -EBADMSG;
    }

    *at = *offset;
    *offset = header->next;
    return 1;
}

static int32_t parse_ranges(const uint8_t *buffer, uint64_t length, uint32_t at, struct pollio_vfio_iommu_info *info)
{
    struct vfio_iommu_type1_info_cap_iova_range capability;
    if (length - at < sizeof capability) {
        return -EBADMSG;
    }

    memcpy(&capability, buffer + at, sizeof capability);
    if (capability.nr_iovas > (length - at - sizeof capability) / sizeof(struct vfio_iova_range)) {
        return -EBADMSG;
    }

    info->range_count = capability.nr_iovas;
    for (uint32_t i = 0; i < capability.nr_iovas && i < POLLIO_VFIO_IOVA_RANGES; i++) {
        struct vfio_iova_range range;
        memcpy(&range, buffer + at + sizeof capability + i * sizeof range, sizeof range);
        if (range.end < range.start) {
            return -EBADMSG;
        }

        info->ranges[i] = (struct pollio_vfio_iova_range){range.start, range.end};
    }

    return 0;
}

static int32_t parse_available(const uint8_t *buffer, uint64_t length, uint32_t at, struct pollio_vfio_iommu_info *info)
{
    const size_t avail = offsetof(struct vfio_iommu_type1_info_dma_avail, avail);
    if (length - at < avail + sizeof info->dma_entries) {
        return -EBADMSG;
    }

    memcpy(&info->dma_entries, buffer + at + avail, sizeof info->dma_entries);
    return 0;
}

int32_t pollio_vfio_parse_iommu_info(const void *buffer, uint64_t length, struct pollio_vfio_iommu_info *info)
{
    struct vfio_iommu_type1_info head;
    /* Kernels before 5.4 know nothing of capabilities: their struct ends before cap_offset. */
    const size_t least = offsetof(struct vfio_iommu_type1_info, cap_offset);
    if (length < least) {
        return -EBADMSG;
    }

    memset(&head, 0, sizeof head);
    memcpy(&head, buffer, length < sizeof head ? least : sizeof head);
    memset(info, 0, sizeof *info);
    info->dma_entries = UINT32_MAX;
    info->page_sizes = (head.flags & VFIO_IOMMU_INFO_PGSIZES) != 0 ? head.iova_pgsizes : 0;

    uint32_t offset = (head.flags & VFIO_IOMMU_INFO_CAPS) != 0 ? head.cap_offset : 0;
    uint32_t at = 0;
    struct vfio_info_cap_header header;
    int32_t result;
    while ((result = step(buffer, length, sizeof head, &offset, &at, &header)) == 1) {
        if (header.id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
            result = parse_ranges(buffer, length, at, info);
        } else if (header.id == VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL) {
            result = parse_available(buffer, length, at, info);
        }

        if (result < 0) {
            return result;
        }
    }

    return result;
}

static int32_t parse_areas(const uint8_t *buffer, uint64_t length, uint32_t at, struct pollio_vfio_region_info *info)
{
    struct vfio_region_info_cap_sparse_mmap capability;
    if (length - at < sizeof capability) {
        return -EBADMSG;
    }

    memcpy(&capability, buffer + at, sizeof capability);
    if (capability.nr_areas > (length - at - sizeof capability) / sizeof(struct vfio_region_sparse_mmap_area)) {
        return -EBADMSG;
    }

    if (capability.nr_areas > POLLIO_VFIO_REGION_AREAS) {
        return -EOVERFLOW;
    }

    info->area_count = capability.nr_areas;
    for (uint32_t i = 0; i < capability.nr_areas; i++) {
        struct vfio_region_sparse_mmap_area area;
        memcpy(&area, buffer + at + sizeof capability + i * sizeof area, sizeof area);
        if (area.offset > info->length || area.size > info->length - area.offset) {
            return -EBADMSG;
        }

        info->areas[i] = (struct pollio_vfio_area){area.offset, area.size};
    }

    return 0;
}

int32_t pollio_vfio_parse_region_info(const void *buffer, uint64_t length, struct pollio_vfio_region_info *info)
{
    struct vfio_region_info head;
    if (length < sizeof head) {
        return -EBADMSG;
    }

    memcpy(&head, buffer, sizeof head);
    memset(info, 0, sizeof *info);
    info->offset = head.offset;
    info->length = head.size;
    info->flags = head.flags & (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
    if (head.size == 0 || (head.flags & VFIO_REGION_INFO_FLAG_MMAP) == 0) {
        return 0;
    }

    info->area_count = 1;
    info->areas[0] = (struct pollio_vfio_area){0, head.size};
    uint32_t offset = (head.flags & VFIO_REGION_INFO_FLAG_CAPS) != 0 ? head.cap_offset : 0;
    uint32_t at = 0;
    struct vfio_info_cap_header header;
    int32_t result;
    while ((result = step(buffer, length, sizeof head, &offset, &at, &header)) == 1) {
        if (header.id == VFIO_REGION_INFO_CAP_SPARSE_MMAP && (result = parse_areas(buffer, length, at, info)) < 0) {
            return result;
        }
    }

    return result;
}
