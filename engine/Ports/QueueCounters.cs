using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// A queue's counters: plain 64-bit stores by the one lcore that polls the queue, 128 bytes of padding either side. Readers use
/// <see cref="Snapshot"/>; values agree with each other exactly once the port has stopped.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128 + 128 + 128)]
public struct QueueCounters
{
    internal const int CauseCount = 10;

    /// <summary>Packets moved.</summary>
    [FieldOffset(128)] public long Packets;

    /// <summary>Bytes moved.</summary>
    [FieldOffset(136)] public long Bytes;

    /// <summary>Errors the device or system reported.</summary>
    [FieldOffset(144)] public long Errors;

    /// <summary>Packets copied into the port's own pool because their pool was out of reach.</summary>
    [FieldOffset(152)] public long Copied;

    [FieldOffset(160)] private DropCounters _drops;

    /// <summary>Counts dropped packets. Only the queue's own lcore calls it.</summary>
    public void Drop(DropCause cause, int packets = 1) => _drops[(int)cause] += packets;

    /// <summary>Reads every counter; each is a value the queue really had.</summary>
    public QueueStatistics Snapshot()
    {
        var drops = new long[CauseCount];
        for (int i = 0; i < CauseCount; i++)
        {
            drops[i] = Volatile.Read(ref _drops[i]);
        }

        return new QueueStatistics(
            Volatile.Read(ref Packets), Volatile.Read(ref Bytes), Volatile.Read(ref Errors), Volatile.Read(ref Copied), drops);
    }

    /// <summary>Reads packets and bytes without allocating, for live displays.</summary>
    public readonly (long Packets, long Bytes) Read() => (Volatile.Read(in Packets), Volatile.Read(in Bytes));

    /// <summary>Sums the drops of all causes without allocating.</summary>
    public readonly long ReadDrops()
    {
        long sum = 0;
        for (int i = 0; i < CauseCount; i++)
        {
            sum += Volatile.Read(in _drops[i]);
        }

        return sum;
    }

    [InlineArray(CauseCount)]
    private struct DropCounters
    {
        private long _first;
    }
}
