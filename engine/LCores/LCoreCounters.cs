using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>An lcore's own counters: written by it once a slice, read by anybody.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct LCoreCounters
{
    [FieldOffset(128)] private long _polls;
    [FieldOffset(136)] private long _packets;
    [FieldOffset(144)] private long _busyCycles;
    [FieldOffset(152)] private long _idleCycles;
    [FieldOffset(160)] private long _allocatedBytes;
    [FieldOffset(168)] private long _version;

    internal void Add(long polls, long packets, long busyCycles, long idleCycles, long allocatedBytes)
    {
        // An odd version tells readers that the fields do not belong together yet; it pairs with the loop in Read.
        MemoryOrder.StoreRelease(ref _version, _version + 1);
        Volatile.Write(ref _polls, _polls + polls);
        Volatile.Write(ref _packets, _packets + packets);
        Volatile.Write(ref _busyCycles, _busyCycles + busyCycles);
        Volatile.Write(ref _idleCycles, _idleCycles + idleCycles);
        Volatile.Write(ref _allocatedBytes, allocatedBytes);
        MemoryOrder.StoreRelease(ref _version, _version + 1);
    }

    /// <summary>Reads all fields as of one slice.</summary>
    internal readonly LCoreStatistics Read()
    {
        while (true)
        {
            long version = MemoryOrder.LoadAcquire(in _version);
            var reading = new LCoreStatistics(
                Volatile.Read(in _polls),
                Volatile.Read(in _packets),
                Volatile.Read(in _busyCycles),
                Volatile.Read(in _idleCycles),
                Volatile.Read(in _allocatedBytes));
            if ((version & 1) == 0 && version == Volatile.Read(in _version))
            {
                return reading;
            }

            Thread.Yield();
        }
    }
}
