using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Pmd.Tests.VirtioPci;

namespace PollIO.Pmd.Tests.Nics;

[Trait("tier", "peer")]
public sealed class FramesReachTheWire
{
    public static TheoryData<string> Kinds => ["e1000e", "e1000", Models.Split, Models.Packed];

    public static TheoryData<string> AllModels => [.. Kinds, "e1000-82545em", Models.Plain, Models.PackedPlain];

    [Theory]
    [MemberData(nameof(AllModels))]
    public void EveryLengthIsSentByteForByte(string model)
    {
        using var port = new QemuPort(model);
        for (int size = 60; size <= 1514; size++)
        {
            byte[] frame = Frames.Make(size, seed: size);
            port.Send(port.Make(frame));

            Assert.Equal(frame, port.Nic.ReceiveFromNic());
        }

        QueueStatistics statistics = port.Port.GetStatistics().Tx;
        Assert.Equal((1455, 0), (statistics.Packets, statistics.Drops));
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void EveryLengthIsReceivedByteForByte(string model)
    {
        using var port = new QemuPort(model);
        for (int size = 60; size <= 1514; size++)
        {
            byte[] frame = Frames.Make(size, seed: size);
            port.Nic.SendToNic(frame);

            Assert.Equal(frame, port.ReceiveBytes());
        }

        QueueStatistics statistics = port.Port.GetStatistics().Rx;
        Assert.Equal((1455, 0), (statistics.Packets, statistics.Drops));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void JumboFramesAreChainsBothWays(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { Mtu = 9216, RxOffloads = RxOffloads.Scatter });
        foreach (int size in new[] { 1515, 2048, 2049, 4096, 9000, 9230 })
        {
            byte[] frame = Frames.Make(size, seed: size);
            port.Send(port.Make(frame));
            Assert.Equal(frame, port.Nic.ReceiveFromNic());

            port.Nic.SendToNic(frame);
            Packet packet = port.Receive(1)[0];
            Assert.Equal((size + 2047) / 2048, packet.SegmentCount);
            Assert.Equal(frame, PacketMaker.TakeBytes(packet));
        }
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData(Models.Split)]
    public void PacketsOfAMemoryOutOfReachAreCopied(string model)
    {
        using var port = new QemuPort(model);
        using var foreign = new PacketPool(new PacketPoolOptions { Count = 64, CacheSize = 0 });
        byte[] frame = Frames.Make(900, seed: 3);
        port.Send(port.Make(frame, pool: foreign));
        Packet chain = port.Make(frame.AsSpan(0, 300));
        chain.Chain(port.Make(frame.AsSpan(300), segment: 200, pool: foreign));
        port.Send(chain);

        Assert.Equal(frame, port.Nic.ReceiveFromNic());
        Assert.Equal(frame, port.Nic.ReceiveFromNic());
        Assert.Equal(2, port.Port.GetStatistics().Tx.Copied);
        Assert.Equal(0, foreign.Outstanding);
    }
}
