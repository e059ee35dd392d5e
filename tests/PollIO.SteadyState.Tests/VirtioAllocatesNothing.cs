using System.Diagnostics;
using PollIO.Pmd;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class VirtioAllocatesNothing : IDisposable
{
    private const long Packets = 1_000_000;
    private const int Circulating = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollio-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// Both ends of a wire in one process: what leaves the driver's end comes to the device's, is sent into the driver's again, and
    /// so on; other frames go the other way round. Each of the four queues is passed once a round.
    /// </summary>
    [Theory]
    [InlineData("packed=off&in-order=off")]
    [InlineData("packed=off&in-order=on")]
    [InlineData("packed=on&in-order=off")]
    [InlineData("packed=on&in-order=on")]
    public void WhileFramesGoRound(string keys)
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256, dataRoom: 2048);
        string wire = $"{Path.Combine(_folder.FullName, "s")}?{keys}";
        using Port device = Open($"vhost:{wire}", pool), driver = Open($"virtio-user:{wire}", pool);
        Assert.True(SpinWait.SpinUntil(() => device.Link.IsUp && driver.Link.IsUp, s_patience), "the wire is not up");
        Inject(device, pool);
        Inject(driver, pool);
        using var forwarder = new Forwarder(device, driver);
        WaitFor(forwarder, Packets / 10);
        long before = forwarder.Statistics.AllocatedBytes;
        WaitFor(forwarder, forwarder.Statistics.Packets + Packets);

        Assert.Equal(before, forwarder.Statistics.AllocatedBytes);
        Assert.Equal((0, 0), (device.GetStatistics().Tx.Drops, driver.GetStatistics().Tx.Drops));
    }

    private static Port Open(string spec, PacketPool pool)
    {
        Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        return port;
    }

    private static void Inject(Port port, PacketPool pool)
    {
        byte[] frame = Frames.Make(64);
        for (int i = 0; i < Circulating; i++)
        {
            Packet packet = pool.Take();
            packet.TryAppend(frame.Length, out Span<byte> room);
            frame.CopyTo(room);
            Assert.Equal(1, port.TxQueues[0].Transmit([packet]));
        }
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
