using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>Which lcore the calling thread is; in a class of its own so that reading it runs no static constructor.</summary>
/// <remarks>
/// Reading thread-local storage costs a call of __tls_get_addr, as much as the rest of a pool's work for one packet. So an lcore
/// is known by the page its stack pointer is in: a page of a living thread's stack is nobody else's. A table keeps the pages
/// that asked last; it holds pages of lcores only, and those of an lcore that ends leave it before the thread does.
/// </remarks>
internal static unsafe class LCoreContext
{
    /// <summary>The index of every thread that is not an lcore.</summary>
    internal const int NotAnLCore = 0;

    /// <summary>The largest lcore index; DPDK's default limit.</summary>
    internal const int MaxIndex = 128;

    /// <summary>Counts the lcores that have ended and the pools that are gone; each voids every <see cref="LCoreWitness"/>.</summary>
    internal static int Generation;

    /// <summary>Lowest address of an lcore's stack, in bytes; 0 on other threads, as is the length.</summary>
    [ThreadStatic]
    internal static nuint StackStart;

    /// <summary>Bytes of an lcore's stack; 0 when the C library does not tell, and then no witness holds.</summary>
    [ThreadStatic]
    internal static nuint StackLength;

    private const int PageShift = 12;
    private const int IndexBits = 8;
    private const nuint IndexMask = (1 << IndexBits) - 1;
    private const int TableLength = 1024;

    [ThreadStatic]
    private static int t_index;

    /// <summary>1 to <see cref="MaxIndex"/> on an lcore.</summary>
    internal static int Index
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
        get
        {
            // SAFETY: only the address is used; also when this is inlined, the byte is on the calling thread's stack.
            byte here;
            nuint page = (nuint)(&here) >> PageShift;
            nuint entry = Pages.Table[page % TableLength];
            return entry >> IndexBits == page ? (int)(entry & IndexMask) : IndexOf(page);
        }
    }

    internal static void Enter(int index)
    {
        t_index = index;
        (StackStart, StackLength) = Libc.TryGetStack(out nuint start, out nuint length) ? (start, length) : (0, 0);
    }

    /// <summary>Makes every queue ask anew for its lcore and its caches.</summary>
    internal static void VoidWitnesses() => Interlocked.Increment(ref Generation);

    internal static void Leave()
    {
        VoidWitnesses();
        nuint index = (nuint)t_index;

        // First, so that no read of ours puts a page back.
        t_index = NotAnLCore;
        for (int i = 0; i < TableLength; i++)
        {
            nuint entry = Volatile.Read(ref Pages.Table[i]);
            if ((entry & IndexMask) == index)
            {
                // Another lcore may put its own page there meanwhile; that one stays.
                Interlocked.CompareExchange(ref Pages.Table[i], 0, entry);
            }
        }

        StackLength = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int IndexOf(nuint page)
    {
        int index = t_index;
        if (index != NotAnLCore)
        {
            Volatile.Write(ref Pages.Table[page % TableLength], (page << IndexBits) | (nuint)index);
        }

        return index;
    }

    /// <summary>Page number and, in the low bits, the index of the lcore whose stack it is part of; 0 where there is none.</summary>
    private static class Pages
    {
        internal static readonly nuint* Table = (nuint*)NativeMemory.AllocZeroed(TableLength, (nuint)sizeof(nuint));
    }
}
