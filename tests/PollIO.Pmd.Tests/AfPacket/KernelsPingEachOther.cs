using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class KernelsPingEachOther
{
    [Theory]
    [InlineData("10.99.0.2", 64, 2)]
    [InlineData("10.99.0.2", 1400, 2)]
    [InlineData("2001:db8::2", 64, 2)]
    [InlineData("2001:db8::2", 1400, 2)]
    [InlineData("10.99.0.2", 1400, 3)]
    [InlineData("2001:db8::2", 64, 3)]
    public async Task ThroughTwoPorts(string address, int size, int version)
    {
        int count = version == 2 ? 1000 : 100;
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        using var forwarder = new Forwarder(first.Port, second.Port);

        Assert.Equal(count, await peers.PingAsync(address, count, size));
    }
}
