using PollIO.Apps.L2fwd.Forwarding;
using PollIO.Capture;
using PollIO.Pmd;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

/// <summary>A forwarding lane from a capture into a wire of 64 packets, whose other end the test holds.</summary>
public sealed class RefusedPacketsAreOfferedAgain : IDisposable
{
    private const int Room = 64;
    private const int Records = 100;
    private const int Burst = 48;

    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 4096 });
    private readonly TemporaryFolder _folder = new();
    private readonly Port _source;
    private readonly Port _near;
    private readonly Port _far;

    public RefusedPacketsAreOfferedAgain()
    {
        string capture = _folder.PathOf("in.pcapng");
        using (var writer = PcapngWriter.Create(capture))
        {
            int id = writer.AddInterface("test");
            for (int i = 0; i < Records; i++)
            {
                Assert.True(writer.TryWrite(id, i, 60, new byte[60]));
            }
        }

        _source = Start($"pcap:{capture}");
        _near = Start($"ring:refused?size={Room}");
        _far = Start($"ring:refused?size={Room}");
    }

    [Fact]
    public void UntilTheRingTakesThem()
    {
        var lane = Lane(new OfferAgain(TimeSpan.FromMinutes(10)));

        int done = ForwardAll(lane);
        long waiting = _source.GetStatistics().Rx.Packets;

        // Full is full, however often it is asked; nothing more is received, and the end of the source is not the lane's.
        Assert.Equal((Room, 2L * Burst, false), (done, waiting, lane.IsCompleted));
        Assert.Equal(Room, Take(Records));
        done += ForwardAll(lane);
        Assert.Equal((Records, true, 0L), (done, lane.IsCompleted, lane.Dropped));
        Assert.Equal(Records - Room, Take(Records));
    }

    [Fact]
    public void UntilTheirTimeIsOver()
    {
        var lane = Lane(new OfferAgain(TimeSpan.FromTicks(1)));

        int done = ForwardAll(lane);

        Assert.Equal((Records, true, Records - Room), (done, lane.IsCompleted, lane.Dropped));
        Assert.Equal(Room, Take(Records));
    }

    [Fact]
    public void UntilTheLaneIsReleased()
    {
        var lane = Lane(new OfferAgain(TimeSpan.FromMinutes(10)));
        int done = ForwardAll(lane);

        lane.Release();

        Assert.Equal(((2 * Burst) - done, true), (lane.Dropped, Take(Records) == Room));
    }

    [Fact]
    public void NotAtAllWithoutTheOption()
    {
        var lane = Lane(default(DropAtOnce));

        int done = ForwardAll(lane);

        Assert.Equal((Records, true, Records - Room), (done, lane.IsCompleted, lane.Dropped));
        Assert.Equal(Room, Take(Records));
    }

    // Every packet is back in the pool after every test.
    public void Dispose()
    {
        _source.Dispose();
        _near.Dispose();
        _far.Dispose();
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
        _folder.Dispose();
    }

    private static int ForwardAll<TPolicy>(ForwardLane<IoRewriter, TPolicy> lane)
        where TPolicy : struct, IRefusalPolicy =>
        Enumerable.Range(0, 1000).Sum(_ => lane.Forward());

    private ForwardLane<IoRewriter, TPolicy> Lane<TPolicy>(TPolicy policy)
        where TPolicy : struct, IRefusalPolicy =>
        new(_source.RxQueues[0], _near.TxQueues[0], default, policy, Burst);

    private int Take(int limit)
    {
        var packets = new Packet[limit];
        int taken = _far.RxQueues[0].Receive(packets);
        PacketPool.Free(packets.AsSpan(0, taken));
        return taken;
    }

    private Port Start(string spec)
    {
        Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = _pool });
        port.Start();
        return port;
    }
}
