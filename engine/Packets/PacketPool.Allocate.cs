using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

public sealed unsafe partial class PacketPool
{
    /// <summary>Takes one fresh packet: empty, headroom in place.</summary>
    /// <returns>Whether one was left.</returns>
    public bool TryAllocate(out Packet packet)
    {
        packet = default;
        return Allocate(new Span<Packet>(ref packet)) == 1;
    }

    /// <summary>Takes up to <c>packets.Length</c> fresh packets: empty, headroom in place, one segment, no flags.</summary>
    /// <returns>How many there were; fewer only when the pool ran dry.</returns>
    public int Allocate(Span<Packet> packets)
    {
        int count = AllocateRaw(packets);
        foreach (Packet packet in packets[..count])
        {
            PacketMetadata* metadata = packet.Pointer;
            metadata->DataOffset = (ushort)Options.Headroom;
            metadata->Port = Packet.NoPort;
            metadata->DataLength = 0;
            metadata->PacketLength = 0;
            metadata->FlagsWord = 0;
            metadata->PacketType = 0;
        }

        return count;
    }

    /// <summary>Takes exactly <c>packets.Length</c> fresh packets, or none.</summary>
    /// <returns>Whether there were enough.</returns>
    public bool TryAllocateBulk(Span<Packet> packets)
    {
        int count = Allocate(packets);
        if (count == packets.Length)
        {
            return true;
        }

        Free(packets[..count]);
        return false;
    }

    /// <summary>
    /// For drivers: takes packets whose metadata is as the last user left it, but for one reference and one segment. The
    /// driver sets offset, lengths, port and flags, or takes them from a <see cref="PacketSource"/>, which does.
    /// </summary>
    /// <returns>How many there were; fewer only when the pool ran dry.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int AllocateRaw(Span<Packet> packets)
    {
        PacketCache* cache = _caches[LCoreContext.Index];
        if (PacketTracking.Enabled || cache == null || cache->Count < packets.Length)
        {
            return AllocateSlow(packets, cache);
        }

        PacketCache.Pop(cache, packets);
        return packets.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AllocateSlow(Span<Packet> packets, PacketCache* cache)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int taken = cache == null && !TryCreateCache(out cache)
            ? _depot.TakeSingles(packets)
            : TakeThroughCache(packets, cache);
        if (PacketTracking.Enabled)
        {
            Tracker!.Taken(packets[..taken]);
        }

        return taken;
    }

    private int TakeThroughCache(Span<Packet> packets, PacketCache* cache)
    {
        Packet* handles = PacketCache.Handles(cache);
        int taken = Math.Min(cache->Count, packets.Length);
        cache->Count -= taken;
        new ReadOnlySpan<Packet>(handles + cache->Count, taken).CopyTo(packets);
        while (taken < packets.Length)
        {
            // The cache is empty here, and holds a magazine at least.
            if (!_depot.TryTakeMagazine(handles))
            {
                return taken + _depot.TakeSingles(packets[taken..]);
            }

            int wanted = Math.Min(PacketDepot.MagazineSize, packets.Length - taken);
            cache->Count = PacketDepot.MagazineSize - wanted;
            new ReadOnlySpan<Packet>(handles + cache->Count, wanted).CopyTo(packets[taken..]);
            taken += wanted;
        }

        return taken;
    }

    /// <summary>Gives the calling lcore its cache on first use; other threads have none.</summary>
    private bool TryCreateCache(out PacketCache* cache)
    {
        int index = LCoreContext.Index;
        cache = null;
        if (index == LCoreContext.NotAnLCore || Options.CacheSize == 0)
        {
            return false;
        }

        nuint size = PacketCache.HeaderSize + ((nuint)Options.CacheSize * (nuint)sizeof(Packet));
        cache = (PacketCache*)NativeMemory.AlignedAlloc((size + 127) & ~(nuint)127, 128);
        cache->Count = 0;
        cache->Capacity = Options.CacheSize;
        _caches[index] = cache;
        return true;
    }
}
