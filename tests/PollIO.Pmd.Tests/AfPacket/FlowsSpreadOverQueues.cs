using System.Buffers.Binary;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class FlowsSpreadOverQueues
{
    private const int Flows = 64;
    private const int PacketsPerFlow = 20;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void EachPacketComesOnceAndEachFlowInOnePlace(int version)
    {
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}", queues: 2);
        using var raw = new RawPeer(peer.Wire);
        for (int i = 0; i < PacketsPerFlow; i++)
        {
            for (int flow = 0; flow < Flows; flow++)
            {
                raw.Send(Frames.MakeUdp(100, (ushort)(1000 + flow), sequence: i));
            }
        }

        var queueOf = new Dictionary<int, int>();
        var next = new int[Flows];
        foreach ((int queue, Packet packet) in port.ReceiveFromAll(Flows * PacketsPerFlow))
        {
            byte[] frame = PacketMaker.TakeBytes(packet);
            int flow = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(34)) - 1000;
            Assert.Equal(queue, queueOf.GetValueOrDefault(flow, queue));
            queueOf[flow] = queue;
            Assert.Equal(next[flow]++, Frames.SequenceOf(frame));
        }

        Assert.Equal(2, queueOf.Values.Distinct().Count());
        port.Port.Stop();
        Assert.Equal((Flows * PacketsPerFlow, 0), (port.Received.Packets, port.Received.Drops));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatAPortSendsItDoesNotReceive(int queues)
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, queues: queues);
        using var raw = new RawPeer(peer.Wire);
        for (int i = 0; i < 100; i++)
        {
            port.Send(port.Make(Frames.MakeUdp(100, (ushort)(1000 + i), i)));
            raw.Receive();
        }

        raw.Send(Frames.Make(77));
        (_, Packet only) = port.ReceiveFromAll(1)[0];
        Assert.Equal(77, PacketMaker.TakeBytes(only).Length);
        port.Port.Stop();
        Assert.Equal((1, 0), (port.Received.Packets, port.Received.Drops));
    }
}
