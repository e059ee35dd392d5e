using System.Runtime.InteropServices;

namespace PollIO.Tests;

/// <summary>What the tests ask the kernel beside the engine, to check what the engine did.</summary>
internal static unsafe partial class SystemCalls
{
    internal const int F_GETFD = 1;
    internal const int F_GET_SEALS = 1034;
    internal const int FD_CLOEXEC = 1;
    internal const int RLIMIT_MEMLOCK = 8;
    internal const int CAP_IPC_LOCK = 14;
    internal const int CAP_SYS_NICE = 23;

    private const int SYS_poll = 7;
    private const int SYS_gettid = 186;
    private const int SYS_move_pages = 279;
    private const int SYS_capget = 125;
    private const int SYS_capset = 126;
    private const uint CapabilityVersion3 = 0x20080522;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    internal static int ThreadId => (int)Call(SYS_gettid, 0, 0);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    internal static partial int ProcessLimit(int process, int resource, Limit* wanted, Limit* former);

    /// <summary>Takes a capability from the calling thread, and from no other.</summary>
    /// <returns>Whether the thread had it.</returns>
    internal static bool DropCapability(int capability)
    {
        uint* header = stackalloc uint[2] { CapabilityVersion3, 0 };
        uint* sets = stackalloc uint[6];
        Assert.Equal(0, Call(SYS_capget, (nint)header, (nint)sets));
        bool had = (sets[0] & (1u << capability)) != 0;
        sets[0] &= ~(1u << capability);
        Assert.Equal(0, Call(SYS_capset, (nint)header, (nint)sets));
        return had;
    }

    /// <summary>The affinity of a thread of this process, as a list of CPUs.</summary>
    internal static IReadOnlyList<int> AffinityOf(int threadId)
    {
        string line = File.ReadLines($"/proc/self/task/{threadId}/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        return CpuSet.Parse(line.Split(':')[1].Trim());
    }

    internal static void SetAffinity(int threadId, IReadOnlyList<int> cpus)
    {
        ulong* mask = stackalloc ulong[CpuSet.MaxCpus / 64];
        new Span<ulong>(mask, CpuSet.MaxCpus / 64).Clear();
        foreach (int cpu in cpus)
        {
            mask[cpu / 64] |= 1UL << (cpu % 64);
        }

        _ = PollIO.Interop.Libc.SetAffinity(threadId, CpuSet.MaxCpus / 8, mask);
    }

    /// <summary>How often the calling thread has given up its CPU to wait for something.</summary>
    internal static long VoluntarySwitches
    {
        get
        {
            const int thread = 1;
            const int voluntarySwitches = 128 / sizeof(long);
            long* usage = stackalloc long[18];
            Assert.Equal(0, GetUsage(thread, usage));
            return usage[voluntarySwitches];
        }
    }

    /// <summary>Lets the calling thread run only when nobody else wants its CPU.</summary>
    internal static void MakeIdlePriority()
    {
        const int idle = 5;
        int priority = 0;
        Assert.Equal(0, PollIO.Interop.Libc.SetScheduler(0, idle, &priority));
    }

    /// <summary>Whether a thread of this process sleeps in poll(2).</summary>
    internal static bool IsInPoll(int threadId)
    {
        string call = File.ReadAllText($"/proc/self/task/{threadId}/syscall");
        return call.StartsWith($"{SYS_poll} ", StringComparison.Ordinal);
    }

    /// <summary>Asks which node a present page lies on.</summary>
    internal static int QueryNodes(nint* page, int* node) => (int)Call(SYS_move_pages, 0, 1, (nint)page, 0, (nint)node, 0);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, long* usage);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c = 0, nint d = 0, nint e = 0, nint f = 0);
}
