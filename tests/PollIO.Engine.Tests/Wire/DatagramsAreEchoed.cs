namespace PollIO.Tests.Wire;

public sealed class DatagramsAreEchoed : IDisposable
{
    private const string EchoIPv4 =
        "020000000001020000000002 0800 4500001f9ee14000401117e9c0000202c0000201 0009a44e000b131a 616263";

    private const string EchoIPv6 =
        "020000000001020000000002 86dd 600ba22d000d1140 20010db8000000000000000000000002 20010db8000000000000000000000001"
        + "00098512000ddb71 68656c6c6f";

    private readonly PacketPool _pool = Pools.Create();

    [Theory]
    [InlineData(LiteralFrames.UdpIPv4, EchoIPv4)]
    [InlineData(LiteralFrames.UdpIPv6, EchoIPv6)]
    public void AddressesAndPortsChangePlaces(string request, string answer)
    {
        Packet packet = Make(request);

        Assert.True(UdpEcho.TryAnswer(packet, LiteralFrames.Mac2, port: 9));

        Assert.Equal(Convert.ToHexString(LiteralFrames.Bytes(answer)), Convert.ToHexString(packet.Data));
        packet.Free();
    }

    [Theory]
    [InlineData("another port", LiteralFrames.UdpIPv4, 10)]
    [InlineData("from another server", "020000000002020000000001 0800 4500001f9ee14000401117e9c0000201c0000202 00090009000b131a 616263", 9)]
    [InlineData("a fragment", "020000000002020000000001 0800 4500001f9ee12000401137e9c0000201c0000202 a44e0009000b131a 616263", 9)]
    [InlineData("to a group", "020000000002020000000001 0800 4500001f9ee14000401117e9c0000201e0000001 a44e0009000b131a 616263", 9)]
    [InlineData("to everybody", "ffffffffffff020000000001 0800 4500001f9ee14000401117e9c0000201ffffffff a44e0009000b131a 616263", 9)]
    [InlineData("from a group", "020000000002020000000001 0800 4500001f9ee14000401117e9e0000001c0000202 a44e0009000b131a 616263", 9)]
    [InlineData("longer than the frame", "020000000002020000000001 0800 4500001f9ee14000401117e9c0000201c0000202 a44e0009000c131a 616263", 9)]
    [InlineData("TCP", LiteralFrames.TcpSyn, 7000)]
    [InlineData("ping", LiteralFrames.IcmpEcho, 9)]
    [InlineData("nothing", "", 9)]
    public void NothingElseIsTouched(string what, string frame, ushort port)
    {
        Packet packet = Make(frame);

        Assert.False(UdpEcho.TryAnswer(packet, LiteralFrames.Mac2, port), what);

        Assert.Equal(Convert.ToHexString(LiteralFrames.Bytes(frame)), Convert.ToHexString(packet.Data));
        packet.Free();
    }

    [Fact]
    public void AChainIsNotTouched()
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.UdpIPv4);
        Packet packet = Make(LiteralFrames.UdpIPv4);
        Packet tail = Make(LiteralFrames.UdpIPv4);
        packet.Chain(tail);

        Assert.False(UdpEcho.TryAnswer(packet, LiteralFrames.Mac2, port: 9));

        Assert.Equal(frame, packet.Data.ToArray());
        packet.Free();
    }

    public void Dispose()
    {
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
    }

    private Packet Make(string hex)
    {
        byte[] frame = LiteralFrames.Bytes(hex);
        Packet packet = _pool.Take();
        Assert.True(packet.TryAppend(frame.Length, out Span<byte> room));
        frame.CopyTo(room);
        return packet;
    }
}
