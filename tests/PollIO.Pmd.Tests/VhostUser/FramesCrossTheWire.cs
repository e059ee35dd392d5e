using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

public sealed class FramesCrossTheWire
{
    public static TheoryData<string> Layouts { get; } =
    [
        "packed=off&in-order=off&mrg=off",
        "packed=off&in-order=off&mrg=on",
        "packed=off&in-order=on&mrg=off",
        "packed=off&in-order=on&mrg=on",
        "packed=on&in-order=off&mrg=off",
        "packed=on&in-order=off&mrg=on",
        "packed=on&in-order=on&mrg=off",
        "packed=on&in-order=on&mrg=on",
    ];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void OfEverySizeBothWaysByteForByte(string keys)
    {
        using var wire = new VirtioWire(keys);
        for (int size = 14; size <= 1514; size += 3)
        {
            byte[] there = Frames.Make(size, seed: size), back = Frames.Make(size, seed: -size);
            wire.Driver.Send(wire.Driver.Make(there));
            wire.Device.Send(wire.Device.Make(back));

            Assert.Equal(there, wire.Device.ReceiveBytes());
            Assert.Equal(back, wire.Driver.ReceiveBytes());
        }

        Assert.Equal(keys.Contains("packed=on", StringComparison.Ordinal) ? 1 : 0, wire.Driver.Extended("packed"));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void InOrderOverManyLapsOfTheRing(string keys)
    {
        using var wire = new VirtioWire(keys);
        PingPong(wire.Driver, wire.Device, rounds: 2000);
        PingPong(wire.Device, wire.Driver, rounds: 2000);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void InChainsFromSharedPacketsAndWithoutHeadroom(string keys)
    {
        using var wire = new VirtioWire(keys);
        for (int size = 60; size <= 1500; size += 40)
        {
            byte[] frame = Frames.Make(size, seed: size);
            wire.Driver.Send(wire.Driver.Make(frame, segment: (size / 7) + 1));
            wire.Device.Send(wire.Device.Make(frame, segment: (size / 3) + 1));
            Packet shared = wire.Driver.Make(frame).AddReference();
            wire.Driver.Send(shared);
            shared.Free();
            Packet full = wire.Driver.Make(frame);
            Assert.True(full.TryPrepend(full.Headroom, out Span<byte> room));
            room.Fill(7);
            wire.Driver.Send(full);

            Assert.Equal(frame, wire.Device.ReceiveBytes());
            Assert.Equal(frame, wire.Driver.ReceiveBytes());
            Assert.Equal(frame, wire.Device.ReceiveBytes());
            Assert.Equal(frame, wire.Device.ReceiveBytes()[128..]);
        }
    }

    [Theory]
    [InlineData("packed=off&in-order=off")]
    [InlineData("packed=off&in-order=on")]
    [InlineData("packed=on&in-order=off")]
    [InlineData("packed=on&in-order=on")]
    public void LongerThanABufferAsChains(string keys)
    {
        using var wire = new VirtioWire($"{keys}&mrg=on", RxOffloads.Scatter);
        foreach (int size in new[] { 2036, 2048, 2049, 2060, 4096, 4100, 4104, 4108, 9000, 20000 })
        {
            byte[] frame = Frames.Make(size, seed: size);
            for (int i = 0; i < 40; i++)
            {
                wire.Device.Send(wire.Device.Make(frame));
                wire.Driver.Send(wire.Driver.Make(frame));

                Assert.Equal(frame, wire.Driver.ReceiveBytes());
                Assert.Equal(frame, wire.Device.ReceiveBytes());
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnEachOfSeveralQueues(bool driverIsServer)
    {
        using var wire = new VirtioWire("packed=on", queues: 3, driverIsServer: driverIsServer);
        for (int queue = 0; queue < 3; queue++)
        {
            byte[] frame = Frames.Make(100, seed: queue);
            TestPort.SendThrough(wire.Driver.Port.TxQueues[queue], wire.Driver.Make(frame));
            TestPort.SendThrough(wire.Device.Port.TxQueues[queue], wire.Device.Make(frame));
            (int Queue, Packet Packet) there = wire.Device.ReceiveFromAll(1)[0], back = wire.Driver.ReceiveFromAll(1)[0];

            Assert.Equal((queue, queue), (there.Queue, back.Queue));
            Assert.Equal(frame, PacketMaker.TakeBytes(there.Packet));
            Assert.Equal(frame, PacketMaker.TakeBytes(back.Packet));
        }
    }

    [Fact]
    public void AfterFullRingsAreEmptied()
    {
        using var wire = new VirtioWire();
        foreach ((TestPort from, TestPort to) in new[] { (wire.Driver, wire.Device), (wire.Device, wire.Driver) })
        {
            from.Send([.. Enumerable.Range(0, 256).Select(_ => from.Make(Frames.Make(64)))]);
            Packet tooMany = from.Make(Frames.Make(64));
            Assert.Equal(0, from.Tx.Transmit([tooMany]));
            tooMany.Free();

            PacketPool.Free(to.Receive(256).ToArray());
            from.Send(from.Make(Frames.Make(64)));
            PacketPool.Free(to.Receive(1).ToArray());
        }
    }

    [Fact]
    public void AllPacketsComeBackToTheirPools()
    {
        using (var wire = new VirtioWire("packed=on"))
        {
            PingPong(wire.Driver, wire.Device, rounds: 100);
            PingPong(wire.Device, wire.Driver, rounds: 100);
            wire.Driver.Send(wire.Driver.Make(Frames.Make(64)));
            wire.Driver.Port.Stop();
            wire.Device.Port.Stop();

            Assert.Equal((0, 0), (wire.Driver.Pool.Outstanding, wire.Device.Pool.Outstanding));
            Assert.Equal(1, wire.Driver.Sent.DropsBy(DropCause.Stopped));
        }
    }

    private static void PingPong(TestPort from, TestPort to, int rounds)
    {
        var random = new Random(rounds);
        int next = 0, expected = 0;
        for (int round = 0; round < rounds; round++)
        {
            int count = random.Next(1, 33);
            Packet[] burst = [.. Enumerable.Range(0, count).Select(_ => from.Make(Frames.MakeUdp(64, 1, next++)))];
            from.Send(burst);
            foreach (Packet packet in to.Receive(count))
            {
                Assert.Equal(expected++, Frames.SequenceOf(PacketMaker.TakeBytes(packet)));
            }
        }
    }
}
