/*
 * Packets taken from a DPDK packet pool and given back, as DPDK's drivers do it: rte_pktmbuf_alloc_bulk resets every packet,
 * rte_pktmbuf_free_bulk looks at the references, segments and pool of each. dpdk-test's mempool_perf_autotest, whose loop this is,
 * moves bare pointers instead.
 *
 * usage: dpdk_mbuf EAL-ARGUMENTS -- SECONDS WARMUP_SECONDS
 * It runs on the main lcore and prints one JSON object: TSC cycles a packet for every shape.
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

enum { packets_per_round = 65536, max_keep = 128, cache_size = 512 };

static const struct shape { unsigned burst, keep; } shapes[] = { { 1, 32 }, { 1, 128 }, { 8, 32 }, { 8, 128 }, { 32, 32 }, { 32, 128 } };

enum { shape_count = sizeof shapes / sizeof *shapes };

static __rte_noinline void take_and_give_back(struct rte_mempool *pool, unsigned burst, unsigned keep)
{
    struct rte_mbuf *packets[max_keep];
    for (unsigned round = 0; round < packets_per_round / keep; round++) {
        for (unsigned i = 0; i < keep; i += burst)
            if (rte_pktmbuf_alloc_bulk(pool, packets + i, burst) != 0)
                rte_exit(1, "dpdk_mbuf: the pool ran dry\n");
        for (unsigned i = 0; i < keep; i += burst)
            rte_pktmbuf_free_bulk(packets + i, burst);
    }
}

/* TSC cycles a packet over at least the time given. */
static double measure(struct rte_mempool *pool, struct shape shape, double seconds)
{
    const uint64_t start = rte_rdtsc(), end = start + (uint64_t)(seconds * (double)rte_get_tsc_hz());
    uint64_t now, packets = 0;
    do {
        take_and_give_back(pool, shape.burst, shape.keep);
        packets += packets_per_round;
        now = rte_rdtsc();
    } while (now < end);
    return (double)(now - start) / (double)packets;
}

int main(int argc, char **argv)
{
    const int used = rte_eal_init(argc, argv);
    if (used < 0 || argc - used != 3) {
        fprintf(stderr, "usage: dpdk_mbuf EAL-ARGUMENTS -- SECONDS WARMUP_SECONDS\n");
        return 2;
    }
    const double seconds = atof(argv[used + 1]), warmup = atof(argv[used + 2]);
    struct rte_mempool *pool = rte_pktmbuf_pool_create("pool", 2047, cache_size, 0, RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
    if (pool == NULL)
        rte_exit(1, "dpdk_mbuf: no pool\n");

    for (int i = 0; i < shape_count; i++)
        measure(pool, shapes[i], warmup / shape_count);
    printf("{\"values\":{");
    for (int i = 0; i < shape_count; i++)
        printf("%s\"burst%ukeep%u\":%.4f", i == 0 ? "" : ",", shapes[i].burst, shapes[i].keep, measure(pool, shapes[i], seconds / shape_count));
    printf("}}\n");
    fflush(stdout);
    return rte_eal_cleanup();
}
