using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class TimestampsAreArrivalTimes
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void BetweenTheClockBeforeAndAfter(int version)
    {
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}", RxOffloads.Timestamp);
        using var raw = new RawPeer(peer.Wire);
        for (int i = 0; i < 20; i++)
        {
            long before = Now();
            raw.Send(Frames.Make(60));
            Packet packet = port.Receive(1)[0];
            long after = Now();

            Assert.True(packet.Metadata.Flags.HasFlag(PacketFlags.Timestamp));

            // The clock read here has steps of 100 ns.
            Assert.InRange(packet.Metadata.Timestamp, before - 100, after + 100);
            packet.Free();
        }
    }

    [Fact]
    public void OnlyOnRequest()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        using var raw = new RawPeer(peer.Wire);
        raw.Send(Frames.Make(60));
        Packet packet = port.Receive(1)[0];

        Assert.False(packet.Metadata.Flags.HasFlag(PacketFlags.Timestamp));
        packet.Free();
    }

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
