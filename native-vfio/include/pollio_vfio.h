/*
 * libpollio_vfio: the system calls PollIO needs for hugepages and real hardware, one thin function each.
 *
 * Every function returns a negative errno on failure and 0 or the stated value on success. Nothing is
 * allocated that the caller is not given. Addresses and lengths are bytes, in 64 bits.
 */
#ifndef POLLIO_VFIO_H
#define POLLIO_VFIO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POLLIO_VFIO_EXPORT __attribute__((visibility("default")))

/* A caller built for another major version must not use the library; a smaller minor lacks functions. */
#define POLLIO_VFIO_VERSION_MAJOR 1u
#define POLLIO_VFIO_VERSION_MINOR 1u

/* Major version in the upper 16 bits, minor in the lower. */
POLLIO_VFIO_EXPORT uint32_t pollio_vfio_version(void);

/* ---- hugepage.c: descriptors for shared hugepage memory ---- */

/* memfd on hugepages of page_size bytes, close-on-exec and sealable. Returns the descriptor. -ENODEV: page size unknown to the kernel. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_memfd(const char *name, uint64_t page_size);

/* New file in a mounted hugetlbfs, close-on-exec, mode 0600. Returns the descriptor. -EEXIST: the file is there already. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_file(const char *path);

/* Page size of the hugetlbfs that fd lives in. -ENOTTY: fd is not on a hugetlbfs. */
POLLIO_VFIO_EXPORT int64_t pollio_vfio_hugepage_page_size(int32_t fd);

/* Sets the size without taking pages: they are taken by populate, so that a node policy set in between applies. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_resize(int32_t fd, uint64_t length);

/*
 * Takes every page of [offset, offset + length) now, and grows the file to hold it. -ENOSPC: not enough free hugepages; those
 * already taken stay with the file until they are released or it is closed.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_allocate(int32_t fd, uint64_t offset, uint64_t length);

/* Gives the pages of the range back to the system; the file keeps its size. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_release(int32_t fd, uint64_t offset, uint64_t length);

/* Forbids every holder of the descriptor, for good, to make the memfd smaller (F_SEAL_SHRINK). */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_hugepage_seal_shrink(int32_t fd);

/* ---- memory.c: mappings, placement, locking, physical addresses ---- */

/*
 * Maps fd shared, readable and writable at exactly this address; takes and reserves no pages. -EEXIST: something is mapped there.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_map_shared(int32_t fd, uint64_t offset, uint64_t address, uint64_t length);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_unmap(uint64_t address, uint64_t length);

/* Pages of the range not yet taken come from this NUMA node and no other (mbind, MPOL_BIND). -EINVAL: no such node. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_bind_node(uint64_t address, uint64_t length, int32_t node);

/* Takes every page of the range now, writable (MADV_POPULATE_WRITE, Linux 5.14). -EFAULT or -ENOMEM: pages ran out. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_populate(uint64_t address, uint64_t length);

/* NUMA node that holds the page at this address. -ENOENT: the page is not present. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_page_node(uint64_t address);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_lock(uint64_t address, uint64_t length);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_unlock(uint64_t address, uint64_t length);

/*
 * Physical address of each of count addresses that start at address and stand stride bytes apart, from /proc/self/pagemap.
 * -EPERM: the kernel hides physical addresses (no CAP_SYS_ADMIN). -ENOENT: a page is not present.
 * An address is good for as long as its page is locked or a hugepage: the kernel may move others.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_physical_addresses(uint64_t address, uint64_t stride, uint32_t count, uint64_t *physical);

/* ---- sigbus.c: survival of mappings that lose their backing ---- */

/* Ranges that can be guarded at one time in a process. */
#define POLLIO_VFIO_SIGBUS_RANGES 1024

/*
 * Puts the process's SIGBUS handler in place, once; what was there before gets every signal that is not ours.
 * -EBUSY: a later handler has taken the place of ours, so ranges are guarded only as far as that one passes signals on.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_sigbus_install(void);

/*
 * Guards [address, address + length): a fault there puts an anonymous zeroed page of page_size bytes over the page that faulted,
 * counts it, and the access goes on. address and length are multiples of page_size, a power of two and at least the system's page.
 * Returns the range's number. -EEXIST: overlaps a guarded range. -ENOSPC: POLLIO_VFIO_SIGBUS_RANGES are in use.
 * A system call that is given a lost page still returns EFAULT and is not counted.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_sigbus_register(uint64_t address, uint64_t length, uint64_t page_size);

/*
 * As pollio_vfio_sigbus_register for a device's registers (since 1.1): the page that takes a lost one's place is all ones, as the bus
 * answers for a device that is gone, and one is added to eventfd (-1 for none), which stays open until the guard ends. The page takes
 * writes, so a register that was written since reads as what was written.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_sigbus_register_device(uint64_t address, uint64_t length, uint64_t page_size, int32_t eventfd);

/* Ends the guard. Comes before the range is unmapped, or a later mapping there would inherit it. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_sigbus_unregister(int32_t range);

/* Faults survived in the range so far: lost pages that were touched, once for each thread that met one first. */
POLLIO_VFIO_EXPORT int64_t pollio_vfio_sigbus_hits(int32_t range);

/* ---- vfio_container.c: VFIO containers, groups and the IOMMU (since 1.1) ---- */

/* VFIO_TYPE1v2_IOMMU and VFIO_NOIOMMU_IOMMU of linux/vfio.h. */
#define POLLIO_VFIO_TYPE1V2 3
#define POLLIO_VFIO_NOIOMMU 8

/* VFIO_GROUP_FLAGS_* */
#define POLLIO_VFIO_GROUP_VIABLE 1u
#define POLLIO_VFIO_GROUP_CONTAINER_SET 2u

#define POLLIO_VFIO_DMA_READ 1u
#define POLLIO_VFIO_DMA_WRITE 2u

#define POLLIO_VFIO_IOVA_RANGES 64

/* First and last IOVA of a range. */
struct pollio_vfio_iova_range {
    uint64_t first;
    uint64_t last;
};

struct pollio_vfio_iommu_info {
    uint64_t page_sizes;  /* a bit for each page size; 0: the kernel does not say */
    uint32_t dma_entries; /* mappings still allowed; UINT32_MAX: the kernel does not say */
    uint32_t range_count; /* ranges there are, 0: the kernel does not say; of more than POLLIO_VFIO_IOVA_RANGES the rest is not given */
    struct pollio_vfio_iova_range ranges[POLLIO_VFIO_IOVA_RANGES];
};

/* Opens /dev/vfio/vfio. Returns the descriptor. -EPROTO: the kernel speaks another version of the interface. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_container_open(const char *path);

/* 1 when the kernel has this IOMMU type (POLLIO_VFIO_TYPE1V2), else 0. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_container_has_type(int32_t container, uint32_t type);

/* After the first group is in. -EPERM: interrupts are not remapped, and the module does not allow that. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_container_set_type(int32_t container, uint32_t type);

/* Opens /dev/vfio/N. Returns the descriptor. -EBUSY: open already; -EPERM: a no-IOMMU group without CAP_SYS_RAWIO. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_group_open(const char *path);

/* POLLIO_VFIO_GROUP_* */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_group_status(int32_t group);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_group_set_container(int32_t group, int32_t container);

/* -EBUSY: a device of the group is open. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_group_unset_container(int32_t group);

/* Opens a device by its sysfs name (0000:03:00.0). Returns the descriptor. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_group_device(int32_t group, const char *name);

/* -EBADMSG: what the kernel answered makes no sense. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_iommu_info(int32_t container, struct pollio_vfio_iommu_info *info);

/*
 * Pins [address, address + length) and lets the container's devices reach it at iova. -EINVAL: outside the IOVA ranges or crooked;
 * -EEXIST: overlaps a mapping; -ENOMEM: RLIMIT_MEMLOCK; -ENOSPC: dma_entry_limit.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_dma_map(int32_t container, uint64_t address, uint64_t iova, uint64_t length, uint32_t flags);

/* Returns the bytes unmapped, 0 when nothing was mapped there. Whole mappings only. */
POLLIO_VFIO_EXPORT int64_t pollio_vfio_dma_unmap(int32_t container, uint64_t iova, uint64_t length);

/* ---- vfio_device.c: VFIO devices (since 1.1) ---- */

/* VFIO_DEVICE_FLAGS_* */
#define POLLIO_VFIO_DEVICE_RESET 1u
#define POLLIO_VFIO_DEVICE_PCI 2u

/* VFIO_PCI_*_REGION_INDEX; BARs are 0 to 5. */
#define POLLIO_VFIO_REGION_CONFIG 7u

/* VFIO_REGION_INFO_FLAG_* */
#define POLLIO_VFIO_REGION_READ 1u
#define POLLIO_VFIO_REGION_WRITE 2u

/* VFIO_PCI_*_IRQ_INDEX */
#define POLLIO_VFIO_IRQ_INTX 0u
#define POLLIO_VFIO_IRQ_MSI 1u
#define POLLIO_VFIO_IRQ_MSIX 2u
#define POLLIO_VFIO_IRQ_ERR 3u
#define POLLIO_VFIO_IRQ_REQ 4u

/* PCI 3.0 6.8.2: MSI-X has 2048 vectors at most. */
#define POLLIO_VFIO_IRQ_VECTORS 2048u

#define POLLIO_VFIO_REGION_AREAS 16

struct pollio_vfio_device_info {
    uint32_t flags; /* POLLIO_VFIO_DEVICE_* */
    uint32_t regions;
    uint32_t irqs;
};

/* Bytes of a region that may be mapped. */
struct pollio_vfio_area {
    uint64_t offset; /* from the region's start */
    uint64_t length;
};

struct pollio_vfio_region_info {
    uint64_t offset; /* in the device's descriptor */
    uint64_t length; /* 0: there is no such region */
    uint32_t flags;  /* POLLIO_VFIO_REGION_* */
    uint32_t area_count; /* 0: nothing may be mapped */
    struct pollio_vfio_area areas[POLLIO_VFIO_REGION_AREAS];
};

POLLIO_VFIO_EXPORT int32_t pollio_vfio_device_info(int32_t device, struct pollio_vfio_device_info *info);

/* -EINVAL: no such region index. -EBADMSG: what the kernel answered makes no sense. -EOVERFLOW: more areas than fit. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_region_info(int32_t device, uint32_t index, struct pollio_vfio_region_info *info);

/* Maps [offset, offset + length) of the descriptor, readable and writable, wherever there is room. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_region_map(int32_t device, uint64_t offset, uint64_t length, uint64_t *address);

/* One access of size 1, 2 or 4 at this offset of the descriptor. -EIO: the descriptor ends there. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_region_read(int32_t device, uint64_t offset, uint32_t size, uint32_t *value);
POLLIO_VFIO_EXPORT int32_t pollio_vfio_region_write(int32_t device, uint64_t offset, uint32_t size, uint32_t value);

/* Vectors of an interrupt index. -EINVAL: no such index. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_irq_count(int32_t device, uint32_t index);

/*
 * Routes vectors 0 to count - 1 to eventfds, -1 for none, and enables the index. A positive result: the system has only so many
 * vectors to give, and nothing was enabled.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_irq_set(int32_t device, uint32_t index, uint32_t count, const int32_t *eventfds);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_irq_disable(int32_t device, uint32_t index);

/* Lets the next INTx through: each one masks the line. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_irq_unmask(int32_t device, uint32_t index);

POLLIO_VFIO_EXPORT int32_t pollio_vfio_device_reset(int32_t device);

/* ---- uio.c: devices without an IOMMU, through UIO and sysfs (since 1.1) ---- */

/* Opens /dev/uioN, non-blocking. Returns the descriptor. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_uio_open(const char *path);

/*
 * Interrupts there were since the node was opened, when there were more than at the last call. -EAGAIN: there were none. -EIO: the
 * device has no interrupt line, or its driver has let go of it.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_uio_take(int32_t uio, uint32_t *count);

/*
 * Opens a PCI function's sysfs file, config or resourceN, for pollio_vfio_region_read, _write and _map. Returns the descriptor.
 */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_resource_open(const char *path);

#ifdef __cplusplus
}
#endif

#endif
