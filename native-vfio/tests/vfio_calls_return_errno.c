#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void missing_nodes_are_named_by_errno(void)
{
    CHECK_EQUAL(-ENOENT, pollio_vfio_container_open("/nonexistent/vfio"));
    CHECK_EQUAL(-ENOENT, pollio_vfio_group_open("/nonexistent/7"));
    CHECK_EQUAL(-ENOENT, pollio_vfio_uio_open("/nonexistent/uio0"));
    CHECK_EQUAL(-ENOENT, pollio_vfio_resource_open("/nonexistent/config"));
}

static void other_files_are_no_container(void)
{
    CHECK_EQUAL(-ENOTTY, pollio_vfio_container_open("/dev/null"));
    /* The descriptor of the failed open is closed: the next one has its number. */
    int32_t before = pollio_vfio_group_open("/dev/null");
    CHECK(before >= 0);
    CHECK_EQUAL(0, close(before));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_container_open("/dev/null"));
    int32_t after = pollio_vfio_group_open("/dev/null");
    CHECK_EQUAL(before, after);
    CHECK_EQUAL(FD_CLOEXEC, fcntl(after, F_GETFD));
    CHECK_EQUAL(0, close(after));
}

static void calls_on_another_file_return_enotty(int fd)
{
    struct pollio_vfio_iommu_info iommu;
    struct pollio_vfio_device_info device;
    struct pollio_vfio_region_info region;
    int32_t eventfd = -1;
    CHECK_EQUAL(-ENOTTY, pollio_vfio_container_has_type(fd, POLLIO_VFIO_TYPE1V2));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_container_set_type(fd, POLLIO_VFIO_TYPE1V2));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_group_status(fd));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_group_set_container(fd, fd));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_group_unset_container(fd));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_group_device(fd, "0000:00:00.0"));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_iommu_info(fd, &iommu));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_dma_map(fd, 0, 0, 4096, POLLIO_VFIO_DMA_READ));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_dma_unmap(fd, 0, 4096));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_device_info(fd, &device));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_region_info(fd, 0, &region));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_irq_count(fd, POLLIO_VFIO_IRQ_INTX));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_irq_set(fd, POLLIO_VFIO_IRQ_INTX, 1, &eventfd));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_irq_disable(fd, POLLIO_VFIO_IRQ_INTX));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_irq_unmask(fd, POLLIO_VFIO_IRQ_INTX));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_device_reset(fd));
    CHECK_EQUAL(-EBADF, pollio_vfio_group_status(-1));
}

static void arguments_are_checked_before_the_kernel_sees_them(int fd)
{
    static int32_t eventfds[POLLIO_VFIO_IRQ_VECTORS + 1];
    CHECK_EQUAL(-EINVAL, pollio_vfio_dma_map(fd, 0, 0, 4096, 4));
    CHECK_EQUAL(-EINVAL, pollio_vfio_irq_set(fd, POLLIO_VFIO_IRQ_MSIX, 0, eventfds));
    CHECK_EQUAL(-EINVAL, pollio_vfio_irq_set(fd, POLLIO_VFIO_IRQ_MSIX, POLLIO_VFIO_IRQ_VECTORS + 1, eventfds));
    CHECK_EQUAL(-ENOTTY, pollio_vfio_irq_set(fd, POLLIO_VFIO_IRQ_MSIX, POLLIO_VFIO_IRQ_VECTORS, eventfds));
    uint32_t value = 5;
    CHECK_EQUAL(-EINVAL, pollio_vfio_region_read(fd, 0, 0, &value));
    CHECK_EQUAL(-EINVAL, pollio_vfio_region_read(fd, 0, 3, &value));
    CHECK_EQUAL(-EINVAL, pollio_vfio_region_read(fd, 0, 8, &value));
    CHECK_EQUAL(-EINVAL, pollio_vfio_region_write(fd, 0, 8, value));
    CHECK_EQUAL(5, value);
}

/* A file stands in for a device: reads and writes are of the size and at the place asked for. */
static void registers_are_read_and_written_at_their_width(int fd)
{
    CHECK_EQUAL(0, ftruncate(fd, 8192));
    CHECK_EQUAL(8, pwrite(fd, "\x11\x22\x33\x44\x55\x66\x77\x88", 8, 4096));
    uint32_t value = UINT32_MAX;
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4096, 4, &value));
    CHECK_EQUAL(0x44332211, value);
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4098, 2, &value));
    CHECK_EQUAL(0x4433, value);
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4103, 1, &value));
    CHECK_EQUAL(0x88, value);
    CHECK_EQUAL(0, pollio_vfio_region_write(fd, 4097, 1, 0xaabbccdd));
    CHECK_EQUAL(0, pollio_vfio_region_write(fd, 4100, 2, 0xaabbccdd));
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4096, 4, &value));
    CHECK_EQUAL(0x4433dd11, value);
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4100, 4, &value));
    CHECK_EQUAL(0x8877ccdd, value);
    CHECK_EQUAL(-EIO, pollio_vfio_region_read(fd, 8190, 4, &value));
    CHECK_EQUAL(0x8877ccdd, value);
    CHECK_EQUAL(-EBADF, pollio_vfio_region_read(-1, 0, 4, &value));
    CHECK_EQUAL(-EBADF, pollio_vfio_region_write(-1, 0, 4, value));
}

static void regions_are_mapped_at_their_offset(int fd)
{
    uint64_t address = 0;
    CHECK_EQUAL(0, pollio_vfio_region_map(fd, 4096, 4096, &address));
    CHECK_EQUAL(0x4433dd11, *(volatile uint32_t *)address);
    *(volatile uint8_t *)address = 0x99;
    uint32_t value = 0;
    CHECK_EQUAL(0, pollio_vfio_region_read(fd, 4096, 1, &value));
    CHECK_EQUAL(0x99, value);
    CHECK_EQUAL(0, pollio_vfio_unmap(address, 4096));
    CHECK_EQUAL(-EBADF, pollio_vfio_region_map(-1, 0, 4096, &address));
    CHECK_EQUAL(-EINVAL, pollio_vfio_region_map(fd, 1, 4096, &address));
}

static void interrupt_counts_are_taken_without_waiting(void)
{
    int ends[2];
    CHECK_EQUAL(0, pipe2(ends, O_CLOEXEC | O_NONBLOCK));
    uint32_t count = 7;
    CHECK_EQUAL(-EAGAIN, pollio_vfio_uio_take(ends[0], &count));
    CHECK_EQUAL(7, count);
    CHECK_EQUAL(4, write(ends[1], "\3\0\0\0", 4));
    CHECK_EQUAL(0, pollio_vfio_uio_take(ends[0], &count));
    CHECK_EQUAL(3, count);
    CHECK_EQUAL(0, close(ends[1]));
    CHECK_EQUAL(-EIO, pollio_vfio_uio_take(ends[0], &count));
    CHECK_EQUAL(0, close(ends[0]));
}

/* Where the kernel has VFIO: what a container says before it has a group. */
static void container_without_a_group_answers(void)
{
    int32_t container = pollio_vfio_container_open("/dev/vfio/vfio");
    if (container < 0) {
        CHECK(container == -ENOENT || container == -EACCES || container == -ENODEV);
        return;
    }

    CHECK_EQUAL(1, pollio_vfio_container_has_type(container, POLLIO_VFIO_TYPE1V2));
    CHECK_EQUAL(-EINVAL, pollio_vfio_container_set_type(container, POLLIO_VFIO_TYPE1V2));
    struct pollio_vfio_iommu_info info;
    CHECK_EQUAL(-EINVAL, pollio_vfio_iommu_info(container, &info));
    CHECK_EQUAL(-EINVAL, pollio_vfio_dma_map(container, 0, 0, 4096, POLLIO_VFIO_DMA_READ));
    CHECK_EQUAL(0, close(container));
}

int main(void)
{
    int fd = memfd_create("device", MFD_CLOEXEC);
    CHECK(fd >= 0);
    missing_nodes_are_named_by_errno();
    other_files_are_no_container();
    calls_on_another_file_return_enotty(fd);
    arguments_are_checked_before_the_kernel_sees_them(fd);
    registers_are_read_and_written_at_their_width(fd);
    regions_are_mapped_at_their_offset(fd);
    interrupt_counts_are_taken_without_waiting();
    container_without_a_group_answers();
    CHECK_EQUAL(0, close(fd));
    return 0;
}
