using PollIO.Apps.L2fwd.Forwarding;
using PollIO.Apps.Tests.Support;
using PollIO.Wire;

namespace PollIO.Apps.Tests.L2fwd;

public sealed class GeneratedFramesAreValid : IDisposable
{
    private static readonly MacAddress s_from = MacAddress.Parse("02:00:00:01:00:00");
    private static readonly MacAddress s_to = MacAddress.Parse("02:00:00:01:00:01");

    private readonly Frames _frames = new();

    [Theory]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(64)]
    [InlineData(1514)]
    [InlineData(2047)]
    public void UdpWithAndWithoutAStamp(int size)
    {
        FrameTemplate template = FrameTemplate.Udp(s_to, s_from, size);
        AssertValid(template.Frame, size, PacketType.Udp);
        Packet plain = _frames.Packet([]);
        template.Write(plain);
        Assert.Equal(template.Frame, plain.Data);
        plain.Free();

        foreach (long number in new[] { 0, 1, long.MaxValue, -1, 0x0123_4567_89ab_cdef })
        {
            Packet packet = _frames.Packet([]);
            template.Write(packet, number, ~number);
            AssertValid(packet.Data, size, PacketType.Udp);
            Assert.True(FrameTemplate.TryReadStamp(packet, out long sequence, out long time));
            Assert.Equal((number, ~number), (sequence, time));
            packet.Free();
        }
    }

    [Fact]
    public void EchoRequestIsAnsweredWithItsStamp()
    {
        FrameTemplate template = FrameTemplate.Echo(s_to, s_from, 64);
        Packet packet = _frames.Packet([]);
        template.Write(packet, 5, 6);
        AssertValid(packet.Data, 64, PacketType.Icmp);

        Assert.True(EchoResponder.TryAnswer(packet, s_to));

        AssertValid(packet.Data, 64, PacketType.Icmp);
        Assert.True(FrameTemplate.TryReadStamp(packet, out long sequence, out long time));
        Assert.Equal((5, 6), (sequence, time));
        packet.Free();
    }

    [Fact]
    public void ShortPacketHasNoStamp()
    {
        Packet packet = _frames.Packet(new byte[57]);

        Assert.False(FrameTemplate.TryReadStamp(packet, out _, out _));
        packet.Free();
    }

    public void Dispose() => _frames.Dispose();

    private static void AssertValid(ReadOnlySpan<byte> frame, int size, PacketType transport)
    {
        FrameLayout layout = PacketParser.Parse(frame);
        Assert.Equal(size, frame.Length);
        Assert.Equal((FrameFlags.None, size, transport), (layout.Flags, layout.End, layout.Type.Transport()));
        Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyIPv4Header(frame, layout));
        Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(frame, layout));
    }
}
