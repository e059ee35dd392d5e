using PollIO.Apps.L2fwd.Forwarding;
using PollIO.Apps.Tests.Support;
using PollIO.Wire;

namespace PollIO.Apps.Tests.L2fwd;

public sealed class AddressesAreRewritten : IDisposable
{
    private readonly Frames _frames = new();

    public static TheoryData<byte[]> FramesOfBothFamilies => [EchoFrames.EchoRequest, EchoFrames.EchoRequestV6, EchoFrames.TaggedEchoRequest];

    [Theory]
    [MemberData(nameof(FramesOfBothFamilies))]
    public void BothAddressesAreSetAndNothingElse(byte[] frame)
    {
        Packet packet = _frames.Packet(frame);
        var rewriter = new AddressRewriter(MacAddress.Parse("02:00:00:00:00:07"), MacAddress.Parse("aa:bb:cc:dd:ee:ff"));

        Assert.Equal(1, rewriter.Rewrite([packet]));

        Assert.Equal([2, 0, 0, 0, 0, 7, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, .. frame[12..]], Frames.Contents(packet));
        packet.Free();
    }

    [Theory]
    [MemberData(nameof(FramesOfBothFamilies))]
    public void AddressesChangePlacesAndNothingElse(byte[] frame)
    {
        Packet packet = _frames.Packet(frame);

        Assert.Equal(1, default(MacSwapRewriter).Rewrite([packet]));

        Assert.Equal([.. frame[6..12], .. frame[..6], .. frame[12..]], Frames.Contents(packet));
        packet.Free();
    }

    [Fact]
    public void FrameWithoutAHeaderPassesAsItIs()
    {
        Packet packet = _frames.Packet([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);

        Assert.Equal(1, default(MacSwapRewriter).Rewrite([packet]));
        Assert.Equal(1, new AddressRewriter(MacAddress.Broadcast, MacAddress.Broadcast).Rewrite([packet]));

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], Frames.Contents(packet));
        packet.Free();
    }

    [Fact]
    public void IoKeepsEverything()
    {
        Packet[] packets = [_frames.Packet(EchoFrames.Runt), _frames.Packet(EchoFrames.Datagram)];

        Assert.Equal(2, default(IoRewriter).Rewrite(packets));

        Assert.Equal(EchoFrames.Runt, Frames.Contents(packets[0]));
        Assert.Equal(EchoFrames.Datagram, Frames.Contents(packets[1]));
        PacketPool.Free(packets);
    }

    public void Dispose() => _frames.Dispose();
}
