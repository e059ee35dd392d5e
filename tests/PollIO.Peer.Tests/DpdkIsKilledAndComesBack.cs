using System.Diagnostics;
using PollIO.Peer.Tests.Support;
using PollIO.Pmd.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>testpmd is killed with packets under way and started again: our port goes on, and leaks neither packets nor descriptors.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class DpdkIsKilledAndComesBack
{
    private const int Window = 64;

    private static readonly int s_times = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 50 : 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task InTheMidstOfTraffic(bool isDriver, bool packed)
    {
        TestPmd.Require();
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("s");
        string device = isDriver ? $"net_vhost0,iface={path},queues=1" : $"net_virtio_user0,path={path},queues=1,packed_vq={(packed ? 1 : 0)}";
        using var port = new TestPort(isDriver ? $"virtio-user:{path}?packed={(packed ? "on" : "off")}" : $"vhost:{path}");
        int descriptors = 0;
        var back = new List<TimeSpan>();
        for (int i = 0; i < s_times; i++)
        {
            TestPmd peer = await TestPmd.StartAsync(device, queues: 1);
            await using (peer)
            {
                long ready = Stopwatch.GetTimestamp();
                WaitFor(() => port.Port.Link.IsUp, port);
                Circulate(port, packets: 1);
                back.Add(Stopwatch.GetElapsedTime(ready));
                Circulate(port, packets: 2_000);
                descriptors = i == 0 ? CountDescriptors() : descriptors;
                Task killed = peer.KillAsync();
                CirculateUntil(port, () => !port.Port.Link.IsUp);
                await killed;
            }

            // DPDK leaves its listening socket behind, and would refuse to start.
            if (isDriver)
            {
                File.Delete(path);
            }
        }

        // Other load on the machine only ever adds: half of the times are those of the machine at its quieter.
        TimeSpan median = back.Order().ElementAt(back.Count / 2);
        Assert.True(median < TimeSpan.FromSeconds(1), $"traffic was back {string.Join(", ", back.Select(time => $"{time.TotalMilliseconds:F0}"))} ms after the peer");
        Assert.InRange(CountDescriptors(), 0, descriptors + 8);
        Assert.Equal(0, port.Extended("protocol_errors"));
        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
    }

    /// <summary>Sends and takes back until so many have come.</summary>
    private static void Circulate(TestPort port, int packets)
    {
        long goal = port.Received.Packets + packets;
        CirculateUntil(port, () => port.Received.Packets >= goal);
    }

    private static void CirculateUntil(TestPort port, Func<bool> done)
    {
        byte[] frame = Frames.Make(64);
        var burst = new Packet[Window];
        long start = Stopwatch.GetTimestamp();
        while (!done())
        {
            for (int i = 0; i < Window; i++)
            {
                burst[i] = port.Make(frame);
            }

            int sent = port.Tx.Transmit(burst);
            PacketPool.Free(burst.AsSpan(sent));
            PacketPool.Free(burst.AsSpan(0, port.Rx.Receive(burst)));
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, port.Describe());
        }
    }

    private static void WaitFor(Func<bool> condition, TestPort port) => Assert.True(SpinWait.SpinUntil(condition, s_patience), port.Describe());

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
