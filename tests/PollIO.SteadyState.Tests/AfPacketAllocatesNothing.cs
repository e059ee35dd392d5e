using System.Diagnostics;
using PollIO.Pmd;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Tests;

[Collection(nameof(Alone))]
[Trait("tier", "peer")]
public sealed class AfPacketAllocatesNothing
{
    private const long Packets = 1_000_000;
    private const int Circulating = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>A bridge in a namespace carries every broadcast that leaves one port to the other: a few frames go round and round.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void WhileFramesGoRound(int version)
    {
        NetworkNamespace.Require();
        using var peer = new NetworkNamespace();
        using var near = new VethPair(peer);
        using var far = new VethPair(peer);
        near.IpInside("link add bridge type bridge");
        near.IpInside("link set bridge up");
        foreach (VethPair wire in new[] { near, far })
        {
            wire.IpInside($"link set {wire.Inner} master bridge");
            wire.IpInside($"link set {wire.Inner} type bridge_slave learning off");
        }

        using PacketPool pool = Pools.Create(count: 4096, cache: 256, dataRoom: 2048);
        using Port first = Open(near, version, pool), second = Open(far, version, pool);
        Inject(first, pool);
        using var forwarder = new Forwarder(first, second);
        WaitFor(forwarder, Packets / 10);
        long before = forwarder.Statistics.AllocatedBytes;
        WaitFor(forwarder, forwarder.Statistics.Packets + Packets);

        Assert.Equal(before, forwarder.Statistics.AllocatedBytes);
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

    private static Port Open(VethPair wire, int version, PacketPool pool)
    {
        Port port = PortFactory.Open($"af_packet:{wire.Outer}?version={version}");
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        return port;
    }

    private static void Inject(Port port, PacketPool pool)
    {
        byte[] frame = Frames.Make(64);
        frame.AsSpan(0, MacAddress.Size).Fill(0xff);
        for (int i = 0; i < Circulating; i++)
        {
            Packet packet = pool.Take();
            packet.TryAppend(frame.Length, out Span<byte> room);
            frame.CopyTo(room);
            Assert.Equal(1, port.TxQueues[0].Transmit([packet]));
        }
    }
}
