namespace PollIO.Pmd.Tests.Support;

/// <summary>Bytes to packets and back.</summary>
internal static class PacketMaker
{
    /// <summary>Makes a packet of <paramref name="data"/>, in segments of at most <paramref name="segment"/> bytes.</summary>
    internal static Packet Make(PacketPool pool, ReadOnlySpan<byte> data, int segment = int.MaxValue)
    {
        Packet packet = default;
        do
        {
            int length = Math.Min(data.Length, Math.Min(segment, pool.DataRoom));
            Assert.True(pool.TryAllocate(out Packet tail));
            tail.TryAppend(length, out Span<byte> room);
            data[..length].CopyTo(room);
            data = data[length..];
            if (packet.IsNull)
            {
                packet = tail;
            }
            else
            {
                packet.Chain(tail);
            }
        }
        while (!data.IsEmpty);
        return packet;
    }

    /// <summary>Frees a packet and returns its bytes.</summary>
    internal static byte[] TakeBytes(Packet packet)
    {
        var bytes = new byte[packet.Length];
        packet.CopyTo(bytes);
        packet.Free();
        return bytes;
    }
}
