#include "pollio_vfio.h"
#include "vfio_caps.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(POLLIO_VFIO_DEVICE_RESET == VFIO_DEVICE_FLAGS_RESET, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_DEVICE_PCI == VFIO_DEVICE_FLAGS_PCI, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_REGION_CONFIG == VFIO_PCI_CONFIG_REGION_INDEX && VFIO_PCI_BAR0_REGION_INDEX == 0, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_REGION_READ == VFIO_REGION_INFO_FLAG_READ, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_REGION_WRITE == VFIO_REGION_INFO_FLAG_WRITE, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_IRQ_INTX == VFIO_PCI_INTX_IRQ_INDEX && POLLIO_VFIO_IRQ_MSI == VFIO_PCI_MSI_IRQ_INDEX, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_IRQ_MSIX == VFIO_PCI_MSIX_IRQ_INDEX && POLLIO_VFIO_IRQ_ERR == VFIO_PCI_ERR_IRQ_INDEX, "linux/vfio.h");
_Static_assert(POLLIO_VFIO_IRQ_REQ == VFIO_PCI_REQ_IRQ_INDEX, "linux/vfio.h");
_Static_assert(offsetof(struct vfio_irq_set, data) == 20, "argsz, flags, index, start, count, data");

/* Room for 250 areas in front of what the managed side is given. */
#define INFO_BYTES 4096

static int32_t status(int result)
{
    return result < 0 ? -errno : result;
}

int32_t pollio_vfio_device_info(int32_t device, struct pollio_vfio_device_info *info)
{
    struct vfio_device_info answer = {.argsz = sizeof answer};
    if (ioctl(device, VFIO_DEVICE_GET_INFO, &answer) != 0) {
        return -errno;
    }

    *info = (struct pollio_vfio_device_info){answer.flags, answer.num_regions, answer.num_irqs};
    return 0;
}

int32_t pollio_vfio_region_info(int32_t device, uint32_t index, struct pollio_vfio_region_info *info)
{
    _Alignas(8) uint8_t buffer[INFO_BYTES] = {0};
    struct vfio_region_info request = {.argsz = sizeof buffer, .index = index};
    memcpy(buffer, &request, sizeof request);
    if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, buffer) != 0) {
        return -errno;
    }

    return pollio_vfio_parse_region_info(buffer, sizeof buffer, info);
}

int32_t pollio_vfio_region_map(int32_t device, uint64_t offset, uint64_t length, uint64_t *address)
{
    void *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, device, (off_t)offset);
    if (mapped == MAP_FAILED) {
        return -errno;
    }

    *address = (uint64_t)(uintptr_t)mapped;
    return 0;
}

static int is_access_size(uint32_t size)
{
    return size == 1 || size == 2 || size == 4;
}

/* x86-64 is little-endian, as PCI is: the low bytes of a value are its first. */
int32_t pollio_vfio_region_read(int32_t device, uint64_t offset, uint32_t size, uint32_t *value)
{
    if (!is_access_size(size)) {
        return -EINVAL;
    }

    uint32_t got = 0;
    ssize_t count = pread(device, &got, size, (off_t)offset);
    if (count < 0) {
        return -errno;
    }

    if (count != (ssize_t)size) {
        return -EIO;
    }

    *value = got;
    return 0;
}

int32_t pollio_vfio_region_write(int32_t device, uint64_t offset, uint32_t size, uint32_t value)
{
    if (!is_access_size(size)) {
        return -EINVAL;
    }

    ssize_t count = pwrite(device, &value, size, (off_t)offset);
    if (count < 0) {
        return -errno;
    }

    return count == (ssize_t)size ? 0 : -EIO;
}

int32_t pollio_vfio_irq_count(int32_t device, uint32_t index)
{
    struct vfio_irq_info answer = {.argsz = sizeof answer, .index = index};
    int32_t result = status(ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &answer));
    return result < 0 ? result : (int32_t)answer.count;
}

int32_t pollio_vfio_irq_set(int32_t device, uint32_t index, uint32_t count, const int32_t *eventfds)
{
    if (count == 0 || count > POLLIO_VFIO_IRQ_VECTORS) {
        return -EINVAL;
    }

    struct {
        struct vfio_irq_set head;
        int32_t eventfds[POLLIO_VFIO_IRQ_VECTORS];
    } request;
    size_t bytes = count * sizeof *eventfds;
    request.head = (struct vfio_irq_set){
        .argsz = (uint32_t)(sizeof request.head + bytes),
        .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
        .index = index,
        .count = count,
    };
    _Static_assert(sizeof request.head == 20, "the descriptors follow without a gap");
    memcpy(request.eventfds, eventfds, bytes);
    return status(ioctl(device, VFIO_DEVICE_SET_IRQS, &request));
}

static int32_t irq_action(int32_t device, uint32_t index, uint32_t action, uint32_t count)
{
    struct vfio_irq_set request = {
        .argsz = sizeof request, .flags = VFIO_IRQ_SET_DATA_NONE | action, .index = index, .count = count};
    return status(ioctl(device, VFIO_DEVICE_SET_IRQS, &request));
}

int32_t pollio_vfio_irq_disable(int32_t device, uint32_t index)
{
    return irq_action(device, index, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
}

int32_t pollio_vfio_irq_unmask(int32_t device, uint32_t index)
{
    return irq_action(device, index, VFIO_IRQ_SET_ACTION_UNMASK, 1);
}

int32_t pollio_vfio_device_reset(int32_t device)
{
    return status(ioctl(device, VFIO_DEVICE_RESET));
}
