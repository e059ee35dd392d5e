/*
 * What the kernel answers to VFIO_IOMMU_GET_INFO and VFIO_DEVICE_GET_REGION_INFO, taken apart. Pure functions of a buffer: every
 * offset and count in it is checked, and a chain of capabilities ends however it is made.
 */
#ifndef POLLIO_VFIO_CAPS_H
#define POLLIO_VFIO_CAPS_H

#include "pollio_vfio.h"

/* buffer is 8-byte aligned and holds length bytes, a struct vfio_iommu_type1_info first. */
int32_t pollio_vfio_parse_iommu_info(const void *buffer, uint64_t length, struct pollio_vfio_iommu_info *info);

/* buffer is 8-byte aligned and holds length bytes, a struct vfio_region_info first. */
int32_t pollio_vfio_parse_region_info(const void *buffer, uint64_t length, struct pollio_vfio_region_info *info);

#endif
