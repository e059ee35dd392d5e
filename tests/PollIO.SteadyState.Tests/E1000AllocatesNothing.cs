using System.Diagnostics;
using PollIO.Pmd;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.E1000;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class E1000AllocatesNothing
{
    private const long Packets = 1_000_000;
    private const int Circulating = 200;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>A device in this process that receives what it sends: frames go round and round through both rings.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhileFramesGoRound(bool is82574)
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256, dataRoom: 2048);
        var device = new FakeE1000(pool.Options.Memory, is82574) { IsLooped = true };
        using Port port = PciDrivers.Find(device.Id)!.Open(PortSpec.Parse("vfio:fake"), device);
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        byte[] frame = Frames.Make(64);
        for (int i = 0; i < Circulating; i++)
        {
            Packet packet = pool.Take();
            packet.TryAppend(frame.Length, out Span<byte> room);
            frame.CopyTo(room);
            Assert.Equal(1, port.TxQueues[0].Transmit([packet]));
        }

        using var forwarder = new Forwarder(port, port);
        WaitFor(forwarder, Packets / 10);
        long before = forwarder.Statistics.AllocatedBytes;
        WaitFor(forwarder, forwarder.Statistics.Packets + Packets);

        Assert.Equal(before, forwarder.Statistics.AllocatedBytes);
        Assert.Equal(0, port.GetStatistics().Tx.Drops);
    }

    private static void WaitFor(Forwarder forwarder, long packets)
    {
        long start = Stopwatch.GetTimestamp();
        while (forwarder.Statistics.Packets < packets)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, $"{forwarder.Statistics.Packets} packets came");
            Thread.Sleep(10);
        }
    }
}
