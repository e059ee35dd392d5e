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
#define POLLIO_VFIO_VERSION_MINOR 0u

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

/* Ends the guard. Comes before the range is unmapped, or a later mapping there would inherit it. */
POLLIO_VFIO_EXPORT int32_t pollio_vfio_sigbus_unregister(int32_t range);

/* Faults survived in the range so far: lost pages that were touched, once for each thread that met one first. */
POLLIO_VFIO_EXPORT int64_t pollio_vfio_sigbus_hits(int32_t range);

#ifdef __cplusplus
}
#endif

#endif
