using PollIO.Interop;

namespace PollIO;

/// <summary>Which lcore the calling thread is; in a class of its own so that reading it runs no static constructor.</summary>
internal static class LCoreContext
{
    /// <summary>The index of every thread that is not an lcore.</summary>
    internal const int NotAnLCore = 0;

    /// <summary>The largest lcore index; DPDK's default limit.</summary>
    internal const int MaxIndex = 128;

    /// <summary>Counts the lcores that have ended and the pools that are gone; each voids every <see cref="LCoreWitness"/>.</summary>
    internal static int Generation;

    /// <summary>1 to <see cref="MaxIndex"/> on an lcore.</summary>
    [ThreadStatic]
    internal static int Index;

    /// <summary>Lowest address of an lcore's stack, in bytes; 0 on other threads, as is the length.</summary>
    [ThreadStatic]
    internal static nuint StackStart;

    /// <summary>Bytes of an lcore's stack; 0 when the C library does not tell, and then no witness holds.</summary>
    [ThreadStatic]
    internal static nuint StackLength;

    internal static void Enter(int index)
    {
        Index = index;
        (StackStart, StackLength) = Libc.TryGetStack(out nuint start, out nuint length) ? (start, length) : (0, 0);
    }

    /// <summary>Makes every queue ask anew for its lcore and its caches.</summary>
    internal static void VoidWitnesses() => Interlocked.Increment(ref Generation);

    internal static void Leave()
    {
        VoidWitnesses();
        Index = NotAnLCore;
        StackLength = 0;
    }
}
