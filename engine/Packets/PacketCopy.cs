namespace PollIO;

/// <summary>Copies packets between pools, metadata included, and bytes into packets, as chains where they exceed a data room.</summary>
public static unsafe class PacketCopy
{
    /// <summary>Copies <paramref name="packet"/> into <paramref name="pool"/>, as a chain when it exceeds a data room.</summary>
    /// <returns>The copy, or a null handle when the pool had too few packets.</returns>
    public static Packet TryCopy(Packet packet, PacketPool pool)
    {
        if (!pool.TryAllocate(out Packet copy))
        {
            return default;
        }

        CopyMetadata(packet.Pointer, copy.Pointer);
        for (PacketMetadata* source = packet.Pointer; source != null; source = source->Next)
        {
            if (!TryAppend(copy, new Packet(source).Data, pool))
            {
                copy.Free();
                return default;
            }
        }

        return copy;
    }

    /// <summary>Appends <paramref name="data"/> to <paramref name="packet"/>, adding segments from <paramref name="pool"/> where a data room ends.</summary>
    /// <returns>False when the pool ran dry; the packet then holds a part, and is still the caller's.</returns>
    public static bool TryAppend(Packet packet, ReadOnlySpan<byte> data, PacketPool pool)
    {
        Packet last = packet.LastSegment();
        while (true)
        {
            int length = Math.Min(data.Length, last.Tailroom);
            packet.TryAppend(length, out Span<byte> room);
            data[..length].CopyTo(room);
            data = data[length..];
            if (data.IsEmpty)
            {
                return true;
            }

            if (!pool.TryAllocate(out last))
            {
                return false;
            }

            packet.Chain(last);
        }
    }

    private static void CopyMetadata(PacketMetadata* from, PacketMetadata* to)
    {
        to->Port = from->Port;
        to->VlanTci = from->VlanTci;
        to->FlagsWord = from->FlagsWord;
        to->PacketType = from->PacketType;
        to->RssHash = from->RssHash;

        // SAFETY: the second cache line holds plain values only; both lines belong to pools.
        new ReadOnlySpan<byte>((byte*)from + 64, 64).CopyTo(new Span<byte>((byte*)to + 64, 64));
    }
}
