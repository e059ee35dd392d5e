using System.Diagnostics;
using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>
/// The CPU's time stamp counter. .NET has no intrinsic for it: ten bytes of machine code in a page of their own are called
/// without a GC transition (25 cycles a read, where <see cref="Stopwatch"/> takes 60).
/// </summary>
public static unsafe class Tsc
{
    private static readonly delegate* unmanaged[SuppressGCTransition]<ulong> s_read = CreateReader();

    /// <summary>Whether the counter itself is read; otherwise <see cref="Stopwatch"/> stands in, and the reason was its refusal to map code.</summary>
    public static bool IsHardware => s_read != null;

    /// <summary>Ticks a second.</summary>
    public static double Frequency { get; } = MeasureFrequency();

    /// <summary>Reads the counter.</summary>
    public static long Read() => s_read != null ? (long)s_read() : Stopwatch.GetTimestamp();

    /// <summary>Converts ticks to nanoseconds.</summary>
    public static double ToNanoseconds(long ticks) => ticks * (1e9 / Frequency);

    private static delegate* unmanaged[SuppressGCTransition]<ulong> CreateReader()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }

        // rdtsc; shl rdx, 32; or rax, rdx; ret (Intel SDM volume 2, RDTSC).
        ReadOnlySpan<byte> code = [0x0F, 0x31, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xC3];
        nuint length = (nuint)Environment.SystemPageSize;
        void* page = Libc.MemoryMap(null, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        if ((nint)page == -1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(page, code.Length));
        if (Libc.MemoryProtect(page, length, Libc.PROT_READ | Libc.PROT_EXEC) != 0)
        {
            _ = Libc.MemoryUnmap(page, length);
            return null;
        }

        return (delegate* unmanaged[SuppressGCTransition]<ulong>)page;
    }

    private static double MeasureFrequency()
    {
        if (s_read == null)
        {
            return Stopwatch.Frequency;
        }

        // 20 ms against the monotonic clock: good to about 10 ppm, and paid once a process.
        (long startTime, long startTicks) = ReadBoth();
        while (Stopwatch.GetElapsedTime(startTime) < TimeSpan.FromMilliseconds(20))
        {
        }

        (long endTime, long endTicks) = ReadBoth();
        return (endTicks - startTicks) * (double)Stopwatch.Frequency / (endTime - startTime);
    }

    /// <summary>Reads both clocks at one moment: the closest of several tries, since the thread may be preempted in between.</summary>
    private static (long Time, long Ticks) ReadBoth()
    {
        long gap = long.MaxValue;
        (long Time, long Ticks) closest = default;
        for (int i = 0; i < 16; i++)
        {
            long before = Stopwatch.GetTimestamp();
            long ticks = Read();
            long after = Stopwatch.GetTimestamp();
            if (after - before < gap)
            {
                gap = after - before;
                closest = (before + (gap / 2), ticks);
            }
        }

        return closest;
    }
}
