#include "pollio_vfio.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * One guarded range. Writers hold the table lock; the handler holds nothing, so each slot has a sequence number that is odd while
 * the slot changes. A handler that meets an odd or changed number may skip the slot: a range that is being registered or removed
 * is not yet, or no longer, guarded.
 */
struct slot {
    _Alignas(64) _Atomic uint64_t sequence;
    _Atomic uint64_t start;
    _Atomic uint64_t end; /* 0: the slot is free */
    _Atomic uint64_t page_size;
    _Atomic int64_t hits;
    _Atomic int32_t fill;   /* byte a replaced page is made of */
    _Atomic int32_t notify; /* eventfd that each replacement adds one to, or -1 */
};

_Static_assert(sizeof(struct slot) == 64, "one slot is one cache line");
_Static_assert(ATOMIC_LONG_LOCK_FREE == 2, "a signal handler cannot take the lock of an emulated atomic");

static struct slot slots[POLLIO_VFIO_SIGBUS_RANGES];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static bool installed;

/* What the handler needs of a slot, all from one write of it. */
struct found {
    struct slot *slot;
    uint64_t page_size;
    int32_t fill;
    int32_t notify;
};

/* Finds the slot that holds address. Async-signal-safe: loads only. */
static bool find(uint64_t address, struct found *found)
{
    for (size_t i = 0; i < POLLIO_VFIO_SIGBUS_RANGES; i++) {
        struct slot *slot = &slots[i];
        /* Acquire pairs with write_slot's last release: an even number seen means the fields of that write are seen. */
        uint64_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
        uint64_t start = atomic_load_explicit(&slot->start, memory_order_relaxed);
        uint64_t end = atomic_load_explicit(&slot->end, memory_order_relaxed);
        uint64_t size = atomic_load_explicit(&slot->page_size, memory_order_relaxed);
        int32_t fill = atomic_load_explicit(&slot->fill, memory_order_relaxed);
        int32_t notify = atomic_load_explicit(&slot->notify, memory_order_relaxed);
        /* The loads above stay before the second look at the number. */
        atomic_thread_fence(memory_order_acquire);
        uint64_t after = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
        if (before == after && (before & 1) == 0 && address >= start && address < end) {
            *found = (struct found){slot, size, fill, notify};
            return true;
        }
    }

    return false;
}

/*
 * Two threads that meet one lost page together replace it twice, and what the first wrote in between is zero again. Its contents
 * were lost before that, and keeping them would need a lock that a signal handler must not wait for.
 */
static bool replace_page(uint64_t address, const struct found *found)
{
    uint64_t page = address & ~(found->page_size - 1);
    /*
     * The bare calls: what an interposed mmap does in a signal handler is not ours to know. Filled before it is moved into place:
     * no thread sees a page of zeroes where all ones are promised.
     */
    long fresh = syscall(SYS_mmap, 0, found->page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (fresh < 0) {
        return false;
    }

    if (found->fill != 0) {
        memset((void *)fresh, found->fill, found->page_size);
    }

    if (syscall(SYS_mremap, fresh, found->page_size, found->page_size, MREMAP_MAYMOVE | MREMAP_FIXED, page) != (long)page) {
        syscall(SYS_munmap, fresh, found->page_size);
        return false;
    }

    return true;
}

static void notify(int32_t eventfd)
{
    uint64_t one = 1;
    /* A counter that is full has told its reader already. */
    ssize_t written = write(eventfd, &one, sizeof one);
    (void)written;
}

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    if ((previous.sa_flags & SA_SIGINFO) != 0) {
        previous.sa_sigaction(signal_number, info, context);
        return;
    }

    bool fault = info->si_code > 0 && info->si_code != BUS_MCEERR_AO;
    if (previous.sa_handler == SIG_IGN && !fault) {
        return;
    }

    if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal_number);
        return;
    }

    /* Default action. A fault comes again when the handler returns, ignored or not; a signal that was sent has to be sent again. */
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal_number, &standard, NULL);
    if (!fault) {
        raise(signal_number);
    }
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
    int saved = errno;
    /* si_code is positive when the kernel raised it; BUS_MCEERR_AO reports a bad page that nobody is waiting for. */
    if (info->si_code > 0 && info->si_code != BUS_MCEERR_AO) {
        uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
        struct found found;
        if (find(address, &found) && replace_page(address, &found)) {
            atomic_fetch_add_explicit(&found.slot->hits, 1, memory_order_release);
            if (found.notify >= 0) {
                notify(found.notify);
            }

            errno = saved;
            return;
        }
    }

    errno = saved;
    pass_on(signal_number, info, context);
}

static bool same_handler(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_sigbus;
}

static int32_t install_locked(void)
{
    struct sigaction current;
    if (sigaction(SIGBUS, NULL, &current) != 0) {
        return -errno;
    }

    if (installed) {
        return same_handler(&current) ? 0 : -EBUSY;
    }

    /* Before ours is in place, so that no signal meets an empty record. */
    previous = current;
    struct sigaction ours = {.sa_sigaction = on_sigbus, .sa_mask = current.sa_mask, .sa_flags = SA_SIGINFO};
    bool handled = (current.sa_flags & SA_SIGINFO) != 0 || (current.sa_handler != SIG_DFL && current.sa_handler != SIG_IGN);
    /*
     * A handler behind ours runs with the stack, mask and restart behaviour it asked for: the .NET runtime's unwinds the stack it
     * is on, and must not find itself on the alternate one when it did not ask for that.
     */
    ours.sa_flags |= handled ? current.sa_flags & (SA_ONSTACK | SA_NODEFER | SA_RESTART) : SA_ONSTACK | SA_RESTART;
    if (sigaction(SIGBUS, &ours, NULL) != 0) {
        return -errno;
    }

    installed = true;
    return 0;
}

int32_t pollio_vfio_sigbus_install(void)
{
    pthread_mutex_lock(&table_lock);
    int32_t result = install_locked();
    pthread_mutex_unlock(&table_lock);
    return result;
}

static void write_slot(struct slot *slot, uint64_t start, uint64_t end, uint64_t page_size, int32_t fill, int32_t notify)
{
    uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
    atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
    /* The odd number is out before any field changes; pairs with the acquire fence in find. */
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&slot->start, start, memory_order_relaxed);
    atomic_store_explicit(&slot->end, end, memory_order_relaxed);
    atomic_store_explicit(&slot->page_size, page_size, memory_order_relaxed);
    atomic_store_explicit(&slot->hits, 0, memory_order_relaxed);
    atomic_store_explicit(&slot->fill, fill, memory_order_relaxed);
    atomic_store_explicit(&slot->notify, notify, memory_order_relaxed);
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

static int32_t register_locked(uint64_t start, uint64_t end, uint64_t page_size, int32_t fill, int32_t notify)
{
    int32_t unused = -ENOSPC;
    for (int32_t i = 0; i < POLLIO_VFIO_SIGBUS_RANGES; i++) {
        uint64_t other_end = atomic_load_explicit(&slots[i].end, memory_order_relaxed);
        if (other_end == 0) {
            unused = unused < 0 ? i : unused;
        } else if (start < other_end && atomic_load_explicit(&slots[i].start, memory_order_relaxed) < end) {
            return -EEXIST;
        }
    }

    if (unused >= 0) {
        write_slot(&slots[unused], start, end, page_size, fill, notify);
    }

    return unused;
}

static int32_t register_range(uint64_t address, uint64_t length, uint64_t page_size, int32_t fill, int32_t notify)
{
    uint64_t end = address + length;
    bool power_of_two = page_size != 0 && (page_size & (page_size - 1)) == 0;
    if (!power_of_two || page_size < (uint64_t)sysconf(_SC_PAGESIZE) || length == 0 || end < address) {
        return -EINVAL;
    }

    if (((address | length) & (page_size - 1)) != 0) {
        return -EINVAL;
    }

    pthread_mutex_lock(&table_lock);
    int32_t result = register_locked(address, end, page_size, fill, notify);
    pthread_mutex_unlock(&table_lock);
    return result;
}

int32_t pollio_vfio_sigbus_register(uint64_t address, uint64_t length, uint64_t page_size)
{
    return register_range(address, length, page_size, 0, -1);
}

int32_t pollio_vfio_sigbus_register_device(uint64_t address, uint64_t length, uint64_t page_size, int32_t eventfd)
{
    return register_range(address, length, page_size, 0xff, eventfd);
}

static bool in_use(int32_t range)
{
    return range >= 0 && range < POLLIO_VFIO_SIGBUS_RANGES && atomic_load_explicit(&slots[range].end, memory_order_relaxed) != 0;
}

int32_t pollio_vfio_sigbus_unregister(int32_t range)
{
    int32_t result = -ENOENT;
    pthread_mutex_lock(&table_lock);
    if (in_use(range)) {
        write_slot(&slots[range], 0, 0, 0, 0, -1);
        result = 0;
    }

    pthread_mutex_unlock(&table_lock);
    return result;
}

int64_t pollio_vfio_sigbus_hits(int32_t range)
{
    return in_use(range) ? atomic_load_explicit(&slots[range].hits, memory_order_acquire) : -ENOENT;
}
