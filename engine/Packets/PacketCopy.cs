namespace PollIO;

/// <summary>Copies packets between pools, metadata included.</summary>
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
        Packet last = copy;
        for (PacketMetadata* source = packet.Pointer; source != null; source = source->Next)
        {
            ReadOnlySpan<byte> data = new Packet(source).Data;
            while (!data.IsEmpty)
            {
                if (last.Tailroom == 0)
                {
                    if (!pool.TryAllocate(out last))
                    {
                        copy.Free();
                        return default;
                    }

                    copy.Chain(last);
                }

                int length = Math.Min(data.Length, last.Tailroom);
                copy.TryAppend(length, out Span<byte> room);
                data[..length].CopyTo(room);
                data = data[length..];
            }
        }

        return copy;
    }

    private static void CopyMetadata(PacketMetadata* from, PacketMetadata* to)
    {
        to->Port = from->Port;
        to->VlanTci = from->VlanTci;
        to->Flags = from->Flags;
        to->PacketType = from->PacketType;
        to->RssHash = from->RssHash;

        // SAFETY: the second cache line holds plain values only; both lines belong to pools.
        new ReadOnlySpan<byte>((byte*)from + 64, 64).CopyTo(new Span<byte>((byte*)to + 64, 64));
    }
}
