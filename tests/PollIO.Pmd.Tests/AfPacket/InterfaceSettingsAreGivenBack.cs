using System.Globalization;
using System.Text.RegularExpressions;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed partial class InterfaceSettingsAreGivenBack
{
    [Fact]
    public void PromiscuousModeIsASwitch()
    {
        using var peer = new OnePeer();
        using (var port = new TestPort(peer.Spec))
        {
            Assert.Equal(0, Promiscuity(peer.Wire));
            port.Port.SetPromiscuous(true);
            port.Port.SetPromiscuous(true);
            Assert.Equal(1, Promiscuity(peer.Wire));
            port.Port.Stop();
            port.Port.Configure(port.Port.Config with { Promiscuous = true });
            port.Port.Configure(port.Port.Config);
            port.Port.Start();
            Assert.Equal(1, Promiscuity(peer.Wire));
            port.Port.SetPromiscuous(false);
            Assert.Equal(0, Promiscuity(peer.Wire));
            port.Port.SetPromiscuous(true);
        }

        Assert.Equal(0, Promiscuity(peer.Wire));
    }

    [Fact]
    public void AllMulticastModeIsASwitch()
    {
        using var peer = new OnePeer();
        using (var port = new TestPort(peer.Spec))
        {
            port.Port.SetAllMulticast(false);
            port.Port.SetAllMulticast(true);
            port.Port.SetAllMulticast(true);
            Assert.True(AcceptsAllMulticast(peer.Wire));
            port.Port.SetAllMulticast(false);
            Assert.False(AcceptsAllMulticast(peer.Wire));
            port.Port.SetAllMulticast(true);
        }

        Assert.False(AcceptsAllMulticast(peer.Wire));
    }

    [Fact]
    public async Task AlsoWhenTheProcessIsKilled()
    {
        using var peer = new OnePeer();
        using (TestChild child = TestChild.Start(TestChild.HoldPort, peer.Spec))
        {
            Assert.Equal("holding", await child.ReadLineAsync());
            Assert.Equal(1, Promiscuity(peer.Wire));
            await child.KillAsync();
        }

        Assert.Equal(0, Promiscuity(peer.Wire));
    }

    [Fact]
    public void NothingIsLeftOfManyPorts()
    {
        // The kernel takes a fifth of a second to close the sockets of each.
        int cycles = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") is null ? 20 : 100;
        using var peer = new OnePeer();
        using var raw = new RawPeer(peer.Wire);
        using var pool = new PacketPool(new PacketPoolOptions());
        Run();

        // What earlier tests left to the finalizers would end in the middle.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        (int Descriptors, int Mappings) before = Count();
        for (int i = 0; i < cycles; i++)
        {
            Run();
        }

        Assert.Equal(before, Count());
        Assert.Equal(0, pool.Outstanding);

        void Run()
        {
            using Port port = PortFactory.Open(peer.Spec);
            port.Configure(new PortConfig { Pool = pool, RxQueues = 2, TxQueues = 2 });
            port.Configure(new PortConfig { Pool = pool });
            port.Start();
            Assert.True(Count().Mappings > 0);
            raw.Send(Frames.Make(60));
            var burst = new Packet[8];
            int received;
            while ((received = port.RxQueues[0].Receive(burst)) == 0)
            {
                Thread.Yield();
            }

            Assert.Equal(received, port.TxQueues[0].Transmit(burst.AsSpan(0, received)));
        }
    }

    private static (int Descriptors, int Mappings) Count() =>
        (Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), File.ReadLines("/proc/self/maps").Count(line => line.Contains("socket:", StringComparison.Ordinal)));

    private static int Promiscuity(VethPair wire) =>
        int.Parse(PromiscuityPattern().Match(NetworkNamespace.Ip($"-d link show {wire.Outer}")).Groups[1].Value, CultureInfo.InvariantCulture);

    private static bool AcceptsAllMulticast(VethPair wire)
    {
        const int allMulticast = 0x200;
        string flags = File.ReadAllText($"/sys/class/net/{wire.Outer}/flags").Trim()[2..];
        return (int.Parse(flags, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & allMulticast) != 0;
    }

    [GeneratedRegex("promiscuity ([0-9]+)")]
    private static partial Regex PromiscuityPattern();
}
