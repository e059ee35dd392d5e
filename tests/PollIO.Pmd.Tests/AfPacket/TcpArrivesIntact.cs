using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

/// <summary>With veth's default offloads the kernels hand over frames of up to 64 KiB with unfinished checksums.</summary>
[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class TcpArrivesIntact
{
    private const long Megabyte = 1_000_000;

    [Theory]
    [InlineData(4, 2, 100)]
    [InlineData(6, 2, 100)]
    [InlineData(4, 3, 20)]
    public async Task BothWays(int family, int version, int megabytes)
    {
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        using (new Forwarder(first.Port, second.Port))
        {
            string prefix = family == 4 ? "10.99.0." : "2001:db8::";
            await Transfer.RunAsync(peers.First.Peer, peers.Second.Peer, prefix + "2", megabytes * Megabyte);
            await Transfer.RunAsync(peers.Second.Peer, peers.First.Peer, prefix + "1", megabytes * Megabyte);
        }

        foreach (TestPort port in new[] { first, second })
        {
            Assert.True(port.Extended("rx_oversized_frames") > 0, "no oversized frame came: this tested nothing");
            Assert.True(port.Extended("rx_oversized_segments") > port.Extended("rx_oversized_frames"));
            Assert.Equal(0, port.Received.DropsBy(DropCause.NotSegmentable));
            Assert.Equal(0, port.Received.DropsBy(DropCause.TooLong));
            Assert.Equal(0, port.Sent.DropsBy(DropCause.TooLong));
            Assert.Equal(0, port.Sent.DropsBy(DropCause.Refused));
        }
    }
}
