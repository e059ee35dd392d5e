using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// The shared part of a pool: full and empty magazines of <see cref="MagazineSize"/> packets, exchanged whole, and single
/// packets that threads without a cache gave back. A thread suspended at any point holds at most one magazine and makes
/// nobody wait.
/// </summary>
/// <remarks>
/// Magazines after Bonwick and Adams, "Magazines and Vmem" (USENIX 2001): one exchange moves 64 packets. There are as many
/// magazines as full ones could be needed, so a full cache always finds an empty one, unless singles hold packets; then the
/// packets become singles too.
/// </remarks>
internal unsafe struct PacketDepot
{
    /// <summary>Packets moved by one exchange.</summary>
    internal const int MagazineSize = 64;

    private TaggedStack* _full;
    private TaggedStack* _empty;
    private TaggedStack* _singles;
    private Packet* _slots;
    private uint* _magazineLinks;
    private uint* _singleLinks;
    private PacketMetadata* _packets;
    private int _packetCount;

    /// <summary>Magazines with packets.</summary>
    internal readonly TaggedStack* Full => _full;

    /// <summary>Magazines without.</summary>
    internal readonly TaggedStack* Empty => _empty;

    /// <summary>Packets in no magazine, by index.</summary>
    internal readonly TaggedStack* Singles => _singles;

    /// <summary>Takes all <paramref name="count"/> packets of the array at <paramref name="packets"/>.</summary>
    internal void Initialize(PacketMetadata* packets, int count)
    {
        _packets = packets;
        _packetCount = count;
        int magazines = Math.Max(1, count / MagazineSize);
        _full = NewStack();
        _empty = NewStack();
        _singles = NewStack();
        _slots = (Packet*)NativeMemory.AlignedAlloc((nuint)magazines * MagazineSize * (nuint)sizeof(Packet), 64);
        _magazineLinks = (uint*)NativeMemory.AllocZeroed((nuint)magazines, sizeof(uint));
        _singleLinks = (uint*)NativeMemory.AllocZeroed((nuint)count, sizeof(uint));
        _full->Initialize(_magazineLinks);
        _empty->Initialize(_magazineLinks);
        _singles->Initialize(_singleLinks);
        for (int magazine = 0; magazine < magazines; magazine++)
        {
            _empty->Push((uint)magazine);
        }

        // Highest first, so that the first packets handed out are the lowest.
        for (int i = count - 1; i >= 0;)
        {
            if ((i + 1) % MagazineSize == 0 && _empty->TryPop(out uint magazine))
            {
                Packet* slots = SlotsOf(magazine);
                for (int slot = 0; slot < MagazineSize; slot++, i--)
                {
                    slots[slot] = new Packet(packets + i);
                }

                _full->Push(magazine);
            }
            else
            {
                _singles->Push((uint)i--);
            }
        }
    }

    /// <summary>Releases the depot's own memory, not the packets'.</summary>
    internal void Free()
    {
        NativeMemory.AlignedFree(_full);
        NativeMemory.AlignedFree(_empty);
        NativeMemory.AlignedFree(_singles);
        NativeMemory.AlignedFree(_slots);
        NativeMemory.Free(_magazineLinks);
        NativeMemory.Free(_singleLinks);
        this = default;
    }

    /// <summary>Takes a full magazine's packets.</summary>
    /// <param name="destination">At least <see cref="MagazineSize"/> handles.</param>
    internal readonly bool TryTakeMagazine(Packet* destination)
    {
        if (!_full->TryPop(out uint magazine))
        {
            return false;
        }

        new ReadOnlySpan<Packet>(SlotsOf(magazine), MagazineSize).CopyTo(new Span<Packet>(destination, MagazineSize));
        _empty->Push(magazine);
        return true;
    }

    /// <summary>Puts exactly one magazine's worth of packets in.</summary>
    internal readonly void PutMagazine(Packet* source)
    {
        if (_empty->TryPop(out uint magazine))
        {
            new ReadOnlySpan<Packet>(source, MagazineSize).CopyTo(new Span<Packet>(SlotsOf(magazine), MagazineSize));
            _full->Push(magazine);
        }
        else
        {
            PutSingles(new ReadOnlySpan<Packet>(source, MagazineSize));
        }
    }

    /// <summary>Puts any number of packets in with one exchange.</summary>
    internal readonly void PutSingles(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty)
        {
            return;
        }

        for (int i = 0; i + 1 < packets.Length; i++)
        {
            _singles->Link(IndexOf(packets[i]), IndexOf(packets[i + 1]));
        }

        _singles->PushChain(IndexOf(packets[0]), IndexOf(packets[^1]));
    }

    /// <summary>Takes singles one by one, then a magazine whose rest becomes singles: the way of threads without a cache.</summary>
    internal readonly int TakeSingles(Span<Packet> packets)
    {
        Packet* magazine = stackalloc Packet[MagazineSize];
        int taken = 0;
        while (taken < packets.Length)
        {
            if (_singles->TryPop(out uint index))
            {
                packets[taken++] = new Packet(_packets + index);
            }
            else if (TryTakeMagazine(magazine))
            {
                int wanted = Math.Min(MagazineSize, packets.Length - taken);
                new ReadOnlySpan<Packet>(magazine, wanted).CopyTo(packets[taken..]);
                PutSingles(new ReadOnlySpan<Packet>(magazine + wanted, MagazineSize - wanted));
                taken += wanted;
            }
            else
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>Packets in here; exact only while nobody takes or puts.</summary>
    internal readonly int CountQuiescent() =>
        (_full->CountQuiescent(_packetCount) * MagazineSize) + _singles->CountQuiescent(_packetCount);

    private static TaggedStack* NewStack()
    {
        var stack = (TaggedStack*)NativeMemory.AlignedAlloc((nuint)sizeof(TaggedStack), 128);
        *stack = default;
        return stack;
    }

    private readonly Packet* SlotsOf(uint magazine) => _slots + ((nint)magazine * MagazineSize);

    private readonly uint IndexOf(Packet packet) => (uint)(packet.Pointer - _packets);
}
