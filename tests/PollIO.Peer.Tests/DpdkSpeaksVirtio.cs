using PollIO.Peer.Tests.Support;
using PollIO.Pmd.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>testpmd on one side of the wire, PollIO on the other: what is sent comes back byte for byte, in order, and both count the same.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class DpdkSpeaksVirtio
{
    private const int Burst = 32;

    private static readonly int s_packets = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 200_000 : 4_096;

    public static MatrixTheoryData<bool, bool, bool, int> Layouts { get; } = new([false, true], [false, true], [false, true], [1, 2]);

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task AsDeviceForOurDriver(bool packed, bool inOrder, bool mergeable, int queues)
    {
        TestPmd.Require();
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("s");
        await using TestPmd peer = await TestPmd.StartAsync($"net_vhost0,iface={path},queues={queues}", queues);
        using var port = new TestPort($"virtio-user:{path}?queues={queues}&packed={On(packed)}&in-order={On(inOrder)}&mrg={On(mergeable)}", queues: queues);

        await ComparePacketsAsync(peer, port);

        // DPDK 22.11 as a device has every one of these features.
        Assert.Equal(packed ? 1 : 0, port.Extended("packed"));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task AsDriverForOurDevice(bool packed, bool inOrder, bool mergeable, int queues)
    {
        TestPmd.Require();
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("s");
        using var port = new TestPort($"vhost:{path}?queues={queues}", queues: queues);
        await using TestPmd peer = await TestPmd.StartAsync(
            $"net_virtio_user0,path={path},queues={queues},packed_vq={Bit(packed)},in_order={Bit(inOrder)},mrg_rxbuf={Bit(mergeable)}", queues);

        await ComparePacketsAsync(peer, port);

        Assert.Equal(packed ? 1 : 0, port.Extended("packed"));
    }

    private static async Task ComparePacketsAsync(TestPmd peer, TestPort port)
    {
        Assert.True(SpinWait.SpinUntil(() => port.Port.Link.IsUp, TimeSpan.FromSeconds(30)), $"the link stays down: {port.Describe()}");
        var random = new Random(7);
        var burst = new Packet[Burst];
        for (int sent = 0; sent < s_packets; sent += Burst)
        {
            int queue = sent / Burst % port.Port.TxQueues.Count;
            int size = random.Next(60, 1500);
            byte[][] frames = [.. Enumerable.Range(0, Burst).Select(i => Frames.Make(size + i - (size > 1460 ? 60 : 0), seed: sent + i))];
            for (int i = 0; i < Burst; i++)
            {
                burst[i] = port.Make(frames[i]);
            }

            Send(port.Port.TxQueues[queue], burst);
            List<(int Queue, Packet Packet)> received = port.ReceiveFromAll(Burst);
            for (int i = 0; i < Burst; i++)
            {
                Assert.Equal(queue, received[i].Queue);
                Assert.Equal(frames[i], PacketMaker.TakeBytes(received[i].Packet));
            }
        }

        (long receivedByPeer, long sentByPeer) = await peer.ReadStatisticsAsync();
        Assert.Equal((port.Sent.Packets, port.Received.Packets), (receivedByPeer, sentByPeer));
        Assert.Equal((0, 0), (port.Sent.Drops, port.Received.Drops));
    }

    /// <summary>Right after the link is up the driver's buffers may still be on their way.</summary>
    private static void Send(TxQueue queue, Packet[] packets)
    {
        int sent = 0;
        Assert.True(
            SpinWait.SpinUntil(() => (sent += queue.Transmit(packets.AsSpan(sent))) == packets.Length, TimeSpan.FromSeconds(20)),
            $"{sent} of {packets.Length} packets were taken");
    }

    private static string On(bool value) => value ? "on" : "off";

    private static int Bit(bool value) => value ? 1 : 0;
}
