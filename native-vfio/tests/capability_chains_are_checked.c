#include "harness.h"
#include "../src/vfio_caps.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <string.h>

#define BYTES 256
#define HEAD (sizeof(struct vfio_iommu_type1_info))

/* Always of BYTES bytes exactly, so that the sanitizer sees a read beyond them. */
static _Alignas(8) uint8_t buffer[BYTES];

static void put_header(uint32_t at, uint16_t id, uint32_t next)
{
    struct vfio_info_cap_header header = {.id = id, .version = 1, .next = next};
    memcpy(buffer + at, &header, sizeof header);
}

static void put32(uint32_t at, uint32_t value)
{
    memcpy(buffer + at, &value, sizeof value);
}

static void put64(uint32_t at, uint64_t value)
{
    memcpy(buffer + at, &value, sizeof value);
}

static void put_iommu(uint32_t flags, uint32_t first_capability)
{
    memset(buffer, 0, sizeof buffer);
    struct vfio_iommu_type1_info head = {.argsz = BYTES, .flags = flags, .iova_pgsizes = 0x40201000, .cap_offset = first_capability};
    memcpy(buffer, &head, sizeof head);
}

static void put_region(uint32_t flags, uint32_t first_capability, uint64_t size)
{
    memset(buffer, 0, sizeof buffer);
    struct vfio_region_info head = {.argsz = BYTES, .flags = flags, .cap_offset = first_capability, .size = size, .offset = 1ull << 40};
    memcpy(buffer, &head, sizeof head);
}

static int32_t iommu(struct pollio_vfio_iommu_info *info)
{
    return pollio_vfio_parse_iommu_info(buffer, BYTES, info);
}

static int32_t region(struct pollio_vfio_region_info *info)
{
    return pollio_vfio_parse_region_info(buffer, BYTES, info);
}

static void whole_chain_of_an_iommu_is_read(void)
{
    struct pollio_vfio_iommu_info info;
    put_iommu(VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS, HEAD);
    put_header(HEAD, VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION, 56);
    put_header(56, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, 72);
    put32(64, 65535);
    put_header(72, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 0);
    put32(80, 2);
    put64(88, 0);
    put64(96, 0xfedfffff);
    put64(104, 0xfef00000);
    put64(112, (1ull << 39) - 1);
    CHECK_EQUAL(0, iommu(&info));
    CHECK_EQUAL(0x40201000, info.page_sizes);
    CHECK_EQUAL(65535, info.dma_entries);
    CHECK_EQUAL(2, info.range_count);
    CHECK_EQUAL(0, info.ranges[0].first);
    CHECK_EQUAL(0xfedfffff, info.ranges[0].last);
    CHECK_EQUAL(0xfef00000, info.ranges[1].first);
    CHECK_EQUAL((1ull << 39) - 1, info.ranges[1].last);
}

static void old_kernels_say_little(void)
{
    struct pollio_vfio_iommu_info info;
    put_iommu(0, 24);
    CHECK_EQUAL(0, iommu(&info));
    CHECK_EQUAL(0, info.page_sizes);
    CHECK_EQUAL(UINT32_MAX, info.dma_entries);
    CHECK_EQUAL(0, info.range_count);

    put_iommu(VFIO_IOMMU_INFO_PGSIZES, 0);
    CHECK_EQUAL(0, pollio_vfio_parse_iommu_info(buffer, 16, &info));
    CHECK_EQUAL(0x40201000, info.page_sizes);
    CHECK_EQUAL(-EBADMSG, pollio_vfio_parse_iommu_info(buffer, 15, &info));
}

static void chains_that_lead_astray_are_refused(void)
{
    struct pollio_vfio_iommu_info info;
    const uint32_t heads[] = {4, HEAD - 4, HEAD + 1, BYTES - 4, BYTES, BYTES + 8, UINT32_MAX, UINT32_MAX - 3, 1u << 31};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        put_iommu(VFIO_IOMMU_INFO_CAPS, heads[i]);
        CHECK_EQUAL(-EBADMSG, iommu(&info));
    }

    /* To itself, back, and to and fro. */
    put_iommu(VFIO_IOMMU_INFO_CAPS, HEAD);
    put_header(HEAD, 99, HEAD);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put_header(HEAD, 99, 40);
    put_header(40, 99, HEAD);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put_header(40, 99, 8);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put_header(40, 99, 0);
    CHECK_EQUAL(0, iommu(&info));
    put_header(40, 99, UINT32_MAX - 3);
    CHECK_EQUAL(-EBADMSG, iommu(&info));

    /* One that starts inside and ends outside. */
    put_iommu(VFIO_IOMMU_INFO_CAPS, BYTES - 8);
    put_header(BYTES - 8, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 0);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put_header(BYTES - 8, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, 0);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
}

static void counts_beyond_the_buffer_are_refused(void)
{
    struct pollio_vfio_iommu_info info;
    const uint32_t room = (BYTES - HEAD - 16) / 16;
    put_iommu(VFIO_IOMMU_INFO_CAPS, HEAD);
    put_header(HEAD, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 0);
    put32(HEAD + 8, room);
    CHECK_EQUAL(0, iommu(&info));
    CHECK_EQUAL(room, info.range_count);
    put32(HEAD + 8, room + 1);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put32(HEAD + 8, UINT32_MAX);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
    put32(HEAD + 8, 1);
    put64(HEAD + 16, 0x2000);
    put64(HEAD + 24, 0x1fff);
    CHECK_EQUAL(-EBADMSG, iommu(&info));
}

static void ranges_that_do_not_fit_are_counted(void)
{
    static _Alignas(8) uint8_t large[HEAD + 16 + 16 * (POLLIO_VFIO_IOVA_RANGES + 1)];
    struct pollio_vfio_iommu_info info;
    struct vfio_iommu_type1_info head = {.flags = VFIO_IOMMU_INFO_CAPS, .cap_offset = HEAD};
    struct vfio_info_cap_header header = {.id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, .version = 1};
    uint32_t count = POLLIO_VFIO_IOVA_RANGES + 1;
    memcpy(large, &head, sizeof head);
    memcpy(large + HEAD, &header, sizeof header);
    memcpy(large + HEAD + 8, &count, sizeof count);
    CHECK_EQUAL(0, pollio_vfio_parse_iommu_info(large, sizeof large, &info));
    CHECK_EQUAL(count, info.range_count);
}

static void region_without_areas_is_mapped_whole_or_not_at_all(void)
{
    struct pollio_vfio_region_info info;
    put_region(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP, 0, 0x20000);
    CHECK_EQUAL(0, region(&info));
    CHECK_EQUAL(1ll << 40, info.offset);
    CHECK_EQUAL(0x20000, info.length);
    CHECK_EQUAL(POLLIO_VFIO_REGION_READ | POLLIO_VFIO_REGION_WRITE, info.flags);
    CHECK_EQUAL(1, info.area_count);
    CHECK_EQUAL(0, info.areas[0].offset);
    CHECK_EQUAL(0x20000, info.areas[0].length);

    put_region(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_CAPS, 32, 32);
    CHECK_EQUAL(0, region(&info));
    CHECK_EQUAL(POLLIO_VFIO_REGION_READ, info.flags);
    CHECK_EQUAL(0, info.area_count);

    put_region(VFIO_REGION_INFO_FLAG_MMAP, 0, 0);
    CHECK_EQUAL(0, region(&info));
    CHECK_EQUAL(0, info.area_count);
    CHECK_EQUAL(-EBADMSG, pollio_vfio_parse_region_info(buffer, 31, &info));
}

static void only_the_areas_offered_are_mapped(void)
{
    struct pollio_vfio_region_info info;
    const uint32_t head = sizeof(struct vfio_region_info);
    put_region(VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS, head, 0x4000);
    put_header(head, VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, head + 8);
    put_header(head + 8, VFIO_REGION_INFO_CAP_SPARSE_MMAP, 0);
    put32(head + 16, 2);
    put64(head + 24, 0);
    put64(head + 32, 0x1000);
    put64(head + 40, 0x2000);
    put64(head + 48, 0x2000);
    CHECK_EQUAL(0, region(&info));
    CHECK_EQUAL(2, info.area_count);
    CHECK_EQUAL(0x1000, info.areas[0].length);
    CHECK_EQUAL(0x2000, info.areas[1].offset);
    CHECK_EQUAL(0x2000, info.areas[1].length);

    /* Beyond the region, by length, by offset, and by a sum that overflows. */
    put64(head + 48, 0x2001);
    CHECK_EQUAL(-EBADMSG, region(&info));
    put64(head + 40, 0x4001);
    put64(head + 48, 0);
    CHECK_EQUAL(-EBADMSG, region(&info));
    put64(head + 40, 0x1000);
    put64(head + 48, UINT64_MAX - 0xfff);
    CHECK_EQUAL(-EBADMSG, region(&info));

    put32(head + 16, 0);
    CHECK_EQUAL(0, region(&info));
    CHECK_EQUAL(0, info.area_count);
    put32(head + 16, UINT32_MAX);
    CHECK_EQUAL(-EBADMSG, region(&info));
    put_header(head + 8, VFIO_REGION_INFO_CAP_SPARSE_MMAP, head);
    put32(head + 16, 0);
    CHECK_EQUAL(-EBADMSG, region(&info));
}

static void more_areas_than_fit_are_refused(void)
{
    static _Alignas(8) uint8_t large[32 + 16 + 16 * (POLLIO_VFIO_REGION_AREAS + 1)];
    struct pollio_vfio_region_info info;
    struct vfio_region_info head = {.flags = VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS, .cap_offset = 32, .size = 4096};
    struct vfio_info_cap_header header = {.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP, .version = 1};
    uint32_t count = POLLIO_VFIO_REGION_AREAS + 1;
    memcpy(large, &head, sizeof head);
    memcpy(large + 32, &header, sizeof header);
    memcpy(large + 40, &count, sizeof count);
    CHECK_EQUAL(-EOVERFLOW, pollio_vfio_parse_region_info(large, sizeof large, &info));
}

/* Whatever stands in the buffer, parsing ends and stays inside: the sanitizers watch. */
static void noise_is_survived(void)
{
    uint64_t state = 42;
    for (int round = 0; round < 200000; round++) {
        for (uint32_t at = 0; at < BYTES; at += 8) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            /* Mostly small numbers, so that offsets often lie inside. */
            put64(at, (state >> 33 & 1) != 0 ? state >> 8 : (state >> 40 & 0xff) << 32 | (state >> 50 & 0xfc));
        }

        struct pollio_vfio_iommu_info iommu_info;
        int32_t result = iommu(&iommu_info);
        CHECK(result == 0 || result == -EBADMSG);
        struct pollio_vfio_region_info region_info;
        result = region(&region_info);
        CHECK(result == 0 || result == -EBADMSG || result == -EOVERFLOW);
        CHECK(result != 0 || region_info.area_count <= POLLIO_VFIO_REGION_AREAS);
    }
}

int main(void)
{
    whole_chain_of_an_iommu_is_read();
    old_kernels_say_little();
    chains_that_lead_astray_are_refused();
    counts_beyond_the_buffer_are_refused();
    ranges_that_do_not_fit_are_counted();
    region_without_areas_is_mapped_whole_or_not_at_all();
    only_the_areas_offered_are_mapped();
    more_areas_than_fit_are_refused();
    noise_is_survived();
    return 0;
}
