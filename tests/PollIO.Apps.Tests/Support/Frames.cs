namespace PollIO.Apps.Tests.Support;

/// <summary>Packets with literal bytes, from a small pool that goes with the test.</summary>
internal sealed class Frames : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 64, CacheSize = 0 });

    /// <summary>The bytes of a hexadecimal dump; white space is left out.</summary>
    internal static byte[] Bytes(string hex) =>
        Convert.FromHexString(string.Concat(hex.Where(character => !char.IsWhiteSpace(character))));

    /// <summary>A packet of one segment.</summary>
    internal Packet Packet(ReadOnlySpan<byte> frame)
    {
        Assert.True(_pool.TryAllocate(out Packet packet));
        Assert.True(packet.TryAppend(frame.Length, out Span<byte> data));
        frame.CopyTo(data);
        return packet;
    }

    /// <summary>A chain of two segments, the first of <paramref name="first"/> bytes.</summary>
    internal Packet Chain(ReadOnlySpan<byte> frame, int first)
    {
        Packet packet = Packet(frame[..first]);
        packet.Chain(Packet(frame[first..]));
        return packet;
    }

    /// <summary>The bytes of all segments.</summary>
    internal static byte[] Contents(Packet packet)
    {
        var contents = new byte[packet.Length];
        packet.CopyTo(contents);
        return contents;
    }

    /// <summary>Packets that are not back in the pool.</summary>
    internal int Outstanding => _pool.Outstanding;

    public void Dispose()
    {
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
    }
}
