/*
 * The null job without an engine: what PollIO's null port, DPDK's net_null and the application between them do to a packet,
 * and nothing else. It is the floor the side-by-side runner prints beside both.
 *
 * A packet: taken from a last-in-first-out cache of pointers; its metadata reset by one 32-byte store; its length counted by the
 * receiving side; then its ownership word compared, its length counted by the sending side, and its pointer put back.
 *
 * usage: null_loop inline|pointers BURST SECONDS WARMUP_SECONDS CPU
 *   inline    both sides are inlined into the loop
 *   pointers  both sides are called through pointers in the port, as ixy and DPDK call a driver
 * It prints one JSON object.
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { packet_count = 8192, cache_size = 512, max_burst = 256, packet_length = 64, polls_per_slice = 1024 };

struct packet {
    uint64_t ownership; /* references, segments, pool and buffer length in one word, as in PollIO */
    uint16_t data_offset, port, data_length, vlan;
    uint32_t packet_length, flags, packet_type, hash;
    void *buffer;
    struct packet *next;
    char cold[80];
} __attribute__((aligned(128)));

_Static_assert(sizeof(struct packet) == 128, "two cache lines");

struct cache {
    uint32_t count, capacity;
    struct packet *packets[cache_size] __attribute__((aligned(64)));
};

struct pool {
    struct cache cache;
    uint64_t ownership;
    uint32_t shared_count;
    struct packet *shared[packet_count];
};

struct queue {
    struct pool *pool;
    struct packet reset; /* its first 32 bytes are what every received packet gets */
    uint64_t packets, bytes;
} __attribute__((aligned(128)));

typedef uint32_t burst_function(struct queue *queue, struct packet **packets, uint32_t count);

struct port {
    burst_function *receive, *transmit;
    struct queue rx, tx;
};

static __attribute__((noinline)) int refill(struct pool *pool, uint32_t count)
{
    while (pool->cache.count < count && pool->shared_count != 0)
        pool->cache.packets[pool->cache.count++] = pool->shared[--pool->shared_count];
    return pool->cache.count >= count;
}

static __attribute__((noinline)) void make_room(struct pool *pool, uint32_t count)
{
    while (pool->cache.count + count > pool->cache.capacity)
        pool->shared[pool->shared_count++] = pool->cache.packets[--pool->cache.count];
}

/* A packet that is shared, chained or of another pool ends here; none is, and the compiler cannot know it. */
static __attribute__((noinline)) void free_one_by_one(struct packet **packets, uint32_t count)
{
    fprintf(stderr, "null_loop: %u packets are not the pool's own, the first is %p\n", count, (void *)packets[0]);
    exit(1);
}

static inline __attribute__((always_inline)) uint32_t receive(struct queue *queue, struct packet **packets, uint32_t count)
{
    struct cache *cache = &queue->pool->cache;
    if (cache->count < count && !refill(queue->pool, count))
        return 0;
    cache->count -= count;
    struct packet **top = cache->packets + cache->count;
    const __m256i reset = _mm256_load_si256((const __m256i *)&queue->reset);
    for (uint32_t i = 0; i < count; i++) {
        struct packet *packet = top[i];
        packets[i] = packet;
        _mm256_store_si256((__m256i *)packet, reset);
    }
    queue->packets += count;
    queue->bytes += (uint64_t)count * packet_length;
    return count;
}

static inline __attribute__((always_inline)) uint32_t transmit(struct queue *queue, struct packet **packets, uint32_t count)
{
    struct pool *pool = queue->pool;
    struct cache *cache = &pool->cache;
    if (cache->count + count > cache->capacity)
        make_room(pool, count);
    struct packet **top = cache->packets + cache->count;
    const uint64_t ownership = pool->ownership;
    uint64_t differences = 0, bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct packet *packet = packets[i];
        differences |= packet->ownership ^ ownership;
        bytes += packet->packet_length;
        top[i] = packet;
    }
    if (differences != 0)
        free_one_by_one(packets, count);
    cache->count += count;
    queue->packets += count;
    queue->bytes += bytes;
    return count;
}

static __attribute__((noinline)) uint32_t receive_called(struct queue *queue, struct packet **packets, uint32_t count)
{
    return receive(queue, packets, count);
}

static __attribute__((noinline)) uint32_t transmit_called(struct queue *queue, struct packet **packets, uint32_t count)
{
    return transmit(queue, packets, count);
}

/*
 * The barriers make each side leave its results in memory, as separately compiled code has to: without them the compiler keeps
 * the cache's count and the counters in registers over the whole slice, which no engine can.
 */
#define FORWARD(FROM, RECEIVE, TO, TRANSMIT)                       \
    do {                                                           \
        uint32_t count = RECEIVE(&(FROM)->rx, packets, burst);     \
        __asm__ volatile("" ::: "memory");                         \
        TRANSMIT(&(TO)->tx, packets, count);                       \
        __asm__ volatile("" ::: "memory");                         \
    } while (0)

static __attribute__((noinline)) void slice_inline(struct port *a, struct port *b, struct packet **packets, uint32_t burst)
{
    for (int i = 0; i < polls_per_slice; i++) {
        FORWARD(a, receive, b, transmit);
        FORWARD(b, receive, a, transmit);
    }
}

static __attribute__((noinline)) void slice_pointers(struct port *a, struct port *b, struct packet **packets, uint32_t burst)
{
    for (int i = 0; i < polls_per_slice; i++) {
        FORWARD(a, a->receive, b, b->transmit);
        FORWARD(b, b->receive, a, a->transmit);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void *allocate(size_t size)
{
    void *memory = aligned_alloc(128, (size + 127) & ~(size_t)127);
    if (memory == NULL) {
        fprintf(stderr, "null_loop: no memory\n");
        exit(1);
    }
    memset(memory, 0, size);
    return memory;
}

static struct pool *create_pool(void)
{
    struct pool *pool = allocate(sizeof *pool);
    struct packet *packets = allocate(sizeof *packets * packet_count);
    pool->ownership = 1 | 1 << 16 | (uint64_t)(128 + 2048) << 48;
    pool->cache.capacity = cache_size;
    for (uint32_t i = packet_count; i-- > 0;) {
        packets[i].ownership = pool->ownership;
        pool->shared[pool->shared_count++] = &packets[i];
    }
    return pool;
}

static struct port *create_port(struct pool *pool, uint16_t id)
{
    struct port *port = allocate(sizeof *port);
    port->receive = receive_called;
    port->transmit = transmit_called;
    port->rx.pool = port->tx.pool = pool;
    port->rx.reset.ownership = pool->ownership;
    port->rx.reset.data_offset = 128;
    port->rx.reset.port = id;
    port->rx.reset.data_length = port->rx.reset.packet_length = packet_length;
    return port;
}

int main(int argc, char **argv)
{
    const int inlined = argc == 6 && strcmp(argv[1], "inline") == 0;
    if (argc != 6 || (!inlined && strcmp(argv[1], "pointers") != 0)) {
        fprintf(stderr, "usage: null_loop inline|pointers BURST SECONDS WARMUP_SECONDS CPU\n");
        return 2;
    }
    const uint32_t burst = (uint32_t)atoi(argv[2]);
    const double seconds = atof(argv[3]), warmup = atof(argv[4]);
    if (burst < 1 || burst > max_burst || seconds <= 0) {
        fprintf(stderr, "null_loop: BURST is 1 to %d, SECONDS more than 0\n", max_burst);
        return 2;
    }
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(atoi(argv[5]), &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
        perror("null_loop: sched_setaffinity");
        return 1;
    }

    struct pool *pool = create_pool();
    struct port *ports[2] = { create_port(pool, 0), create_port(pool, 1) };
    struct packet *packets[max_burst];
    void (*slice)(struct port *, struct port *, struct packet **, uint32_t) = inlined ? slice_inline : slice_pointers;

    double start = now(), end;
    uint64_t start_packets = 0, start_cycles = 0;
    int warm = 0;
    for (;;) {
        for (int i = 0; i < 64; i++)
            slice(ports[0], ports[1], packets, burst);
        end = now();
        if (!warm && end - start >= warmup) {
            warm = 1;
            start_packets = ports[0]->tx.packets + ports[1]->tx.packets;
            start_cycles = __rdtsc();
            start = end;
        } else if (warm && end - start >= seconds) {
            break;
        }
    }
    const uint64_t cycles = __rdtsc() - start_cycles;
    const uint64_t forwarded = ports[0]->tx.packets + ports[1]->tx.packets - start_packets;
    const uint64_t received = ports[0]->rx.packets + ports[1]->rx.packets;
    const uint64_t sent = ports[0]->tx.packets + ports[1]->tx.packets;
    if (received != sent || ports[0]->tx.bytes + ports[1]->tx.bytes != sent * packet_length) {
        fprintf(stderr, "null_loop: the counters disagree\n");
        return 1;
    }
    printf("{\"values\":{\"pps\":%.0f},\"evidence\":{\"TSC cycles a packet\":%.3f}}\n", (double)forwarded / (end - start), (double)cycles / (double)forwarded);
    return 0;
}
