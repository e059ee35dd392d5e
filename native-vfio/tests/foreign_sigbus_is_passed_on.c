#include "harness.h"
#include "pollio_vfio.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ull

static sigjmp_buf resume;
static volatile sig_atomic_t plain_calls;
static void *volatile seen_address;

static uint64_t lost_page(void)
{
    int fd = memfd_create("lost", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQUAL(0, ftruncate(fd, PAGE));
    uint64_t address = free_address(PAGE, PAGE);
    CHECK_EQUAL(0, pollio_vfio_map_shared(fd, 0, address, PAGE));
    CHECK_EQUAL(0, ftruncate(fd, 0));
    CHECK_EQUAL(0, close(fd));
    return address;
}

static void touch_with(void (*handler)(int))
{
    uint64_t address = lost_page();
    signal(SIGBUS, handler);
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    *(volatile char *)address = 1;
}

static void touch_unguarded(void)
{
    touch_with(SIG_DFL);
}

static void touch_unguarded_with_signal_ignored(void)
{
    touch_with(SIG_IGN);
}

static void touch_after_unregister(void)
{
    uint64_t address = lost_page();
    signal(SIGBUS, SIG_DFL);
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    int32_t range = pollio_vfio_sigbus_register(address, PAGE, PAGE);
    CHECK(range >= 0);
    CHECK_EQUAL(0, pollio_vfio_sigbus_unregister(range));
    *(volatile char *)address = 1;
}

static void sent_by_a_process(void)
{
    signal(SIGBUS, SIG_DFL);
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    kill(getpid(), SIGBUS);
}

static void sent_by_a_process_and_ignored(void)
{
    signal(SIGBUS, SIG_IGN);
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    kill(getpid(), SIGBUS);
}

static void count_plain(int number)
{
    (void)number;
    plain_calls++;
}

static void sent_to_a_plain_handler(void)
{
    signal(SIGBUS, count_plain);
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    kill(getpid(), SIGBUS);
    kill(getpid(), SIGBUS);
    CHECK_EQUAL(2, plain_calls);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    seen_address = info->si_addr;
    siglongjmp(resume, 1);
}

static void fault_reaches_an_informed_handler(void)
{
    uint64_t address = lost_page();
    struct sigaction informed = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    CHECK_EQUAL(0, sigaction(SIGBUS, &informed, NULL));
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    if (sigsetjmp(resume, 1) == 0) {
        *(volatile char *)(address + 8) = 1;
        CHECK(0);
    }

    CHECK_EQUAL(address + 8, (uintptr_t)seen_address);
}

static void displaced_guard_is_reported(void)
{
    CHECK_EQUAL(0, pollio_vfio_sigbus_install());
    signal(SIGBUS, count_plain);
    CHECK_EQUAL(-EBUSY, pollio_vfio_sigbus_install());
}

static void check_died(int status)
{
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(SIGBUS, WTERMSIG(status));
}

static void check_lived(int status)
{
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(EXIT_SUCCESS, WEXITSTATUS(status));
}

int main(void)
{
    check_died(status_of_child(touch_unguarded));
    check_died(status_of_child(touch_unguarded_with_signal_ignored));
    check_died(status_of_child(touch_after_unregister));
    check_died(status_of_child(sent_by_a_process));
    check_lived(status_of_child(sent_by_a_process_and_ignored));
    check_lived(status_of_child(sent_to_a_plain_handler));
    check_lived(status_of_child(fault_reaches_an_informed_handler));
    check_lived(status_of_child(displaced_guard_is_reported));
    return 0;
}
