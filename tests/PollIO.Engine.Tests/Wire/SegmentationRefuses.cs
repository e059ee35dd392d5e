namespace PollIO.Tests.Wire;

public sealed class SegmentationRefuses
{
    [Fact]
    public void SegmentSizeZero() => AssertRefused(new FrameRecipe(), GsoError.SegmentSizeZero, size: 0);

    [Theory]
    [InlineData(false, false, GsoKind.TcpIPv6)]
    [InlineData(true, false, GsoKind.TcpIPv4)]
    [InlineData(false, true, GsoKind.TcpIPv4)]
    [InlineData(false, false, GsoKind.Udp)]
    [InlineData(false, false, GsoKind.None)]
    [InlineData(false, false, (GsoKind)3)]
    public void KindOfAnotherFamilyOrProtocol(bool v6, bool udp, GsoKind kind) =>
        AssertRefused(new FrameRecipe { IPv6 = v6, Udp = udp, Payload = new byte[50] }, GsoError.KindMismatch, kind: kind);

    [Fact]
    public void OtherThanIp()
    {
        Assert.False(GsoSegmenter.TryCreate(LiteralFrames.Bytes(LiteralFrames.ArpRequest), 10, GsoKind.TcpIPv4, out _, out GsoError error));
        Assert.Equal(GsoError.KindMismatch, error);
    }

    [Theory]
    [InlineData(TcpFlags.Syn)]
    [InlineData(TcpFlags.Rst | TcpFlags.Ack)]
    public void ControlFlagsOnSeveralSegments(TcpFlags flags) =>
        AssertRefused(new FrameRecipe { TcpFlags = flags, Payload = new byte[11] }, GsoError.ControlFlags);

    [Theory]
    [InlineData("0000000100000001", IpProtocol.Fragment, GsoError.Fragment)]
    [InlineData("0000000000000001", IpProtocol.Fragment, GsoError.Fragment)] // atomic: its identification would be repeated
    [InlineData("0001000000000000 00000000", IpProtocol.Authentication, GsoError.Authentication)]
    [InlineData("0000630100000000", IpProtocol.Routing, GsoError.UnknownRouting)]
    public void ExtensionsThatForbidIt(string header, IpProtocol protocol, GsoError error) =>
        AssertRefused(
            new FrameRecipe { IPv6 = true, Payload = new byte[50], Extensions = [(protocol, LiteralFrames.Bytes(header))] }, error);

    [Theory]
    [InlineData(20, 0x20, GsoError.Fragment)]
    [InlineData(14, 0x44, GsoError.Malformed)]
    [InlineData(46, 0x40, GsoError.Malformed)]
    [InlineData(16, 0xff, GsoError.Truncated)]
    public void FaultyHeaders(int at, byte value, GsoError error)
    {
        byte[] frame = new FrameRecipe { Payload = new byte[50] }.Build();
        frame[at] = value;

        Assert.False(GsoSegmenter.TryCreate(frame, 10, GsoKind.TcpIPv4, out _, out GsoError found));
        Assert.Equal(error, found);
    }

    [Fact]
    public void EveryTruncation()
    {
        Random random = new(3);
        for (int round = 0; round < 50; round++)
        {
            FrameRecipe recipe = FrameRecipe.Random(random, 50) with { Padding = 0 };
            byte[] frame = recipe.Build();
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.False(
                    GsoSegmenter.TryCreate(frame.AsSpan(0, length), 10, recipe.Kind, out GsoSegmenter segmenter, out GsoError error));
                Assert.NotEqual(GsoError.None, error);
                Assert.Equal(0, segmenter.NextLength);
            }
        }
    }

    [Fact]
    public void MutatedFramesAreCutOrRefusedAndNeverThrow()
    {
        Random random = new(4);
        byte[] destination = new byte[4096];
        int cut = 0;
        for (int round = 0; round < 50_000; round++)
        {
            FrameRecipe recipe = FrameRecipe.Random(random, 200);
            byte[] frame = recipe.Build();
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                frame[random.Next(12, recipe.HeaderLength)] = (byte)random.Next(256);
            }

            if (GsoSegmenter.TryCreate(frame, (ushort)random.Next(1, 100), recipe.Kind, out GsoSegmenter segmenter))
            {
                int written = 0;
                while (segmenter.TryWriteNext(destination, out _))
                {
                    written++;
                }

                Assert.Equal(segmenter.SegmentCount, written);
                cut++;
            }
        }

        Assert.InRange(cut, 10_000, 49_000);
    }

    private static void AssertRefused(FrameRecipe recipe, GsoError error, ushort size = 10, GsoKind? kind = null)
    {
        Assert.False(GsoSegmenter.TryCreate(recipe.Build(), size, kind ?? recipe.Kind, out GsoSegmenter segmenter, out GsoError found));
        Assert.Equal(error, found);
        Assert.Equal((0, 0), (segmenter.SegmentCount, segmenter.NextLength));
    }
}
