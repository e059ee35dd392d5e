using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class SleepingUntilPacketsArrive
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CostsNoTimeAndLosesNothing(int version)
    {
        const int pings = 500;
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        using var forwarder = new Forwarder(first.Port, second.Port, IdleStrategy.Interrupt);
        Assert.Equal(pings, await peers.PingAsync("10.99.0.2", pings, interval: 0.003));

        await AssertIdleAsync();
        NetworkNamespace.Ip($"link set {peers.First.Outer} down");
        await AssertIdleAsync();
        NetworkNamespace.Ip($"link set {peers.First.Outer} up");
        Assert.Equal(10, await peers.PingAsync("10.99.0.2", 10));
    }

    private static async Task AssertIdleAsync()
    {
        TimeSpan before = ThreadTime.Of(Forwarder.ThreadName);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        TimeSpan used = ThreadTime.Of(Forwarder.ThreadName) - before;
        Assert.True(used < TimeSpan.FromMilliseconds(100), $"the lcore ran {used.TotalMilliseconds:F1} ms of 2 s");
    }
}
