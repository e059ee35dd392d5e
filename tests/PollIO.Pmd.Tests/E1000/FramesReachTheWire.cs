using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.E1000;

[Trait("tier", "peer")]
public sealed class FramesReachTheWire
{
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData("e1000-82545em")]
    public void AddressAndLinkAreRead(string model)
    {
        using var port = new QemuPort(model);

        Assert.Equal(MacAddress.Parse(QemuNic.Address), port.Port.MacAddress);
        Assert.Equal(new LinkState(IsUp: true, 1000, IsFullDuplex: true), port.Port.Link);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData("e1000-82545em")]
    public void EveryLengthIsSentByteForByte(string model)
    {
        using var port = new QemuPort(model);
        for (int size = 60; size <= 1514; size++)
        {
            byte[] frame = Frames.Make(size, seed: size);
            port.Send(port.Make(frame));

            Assert.Equal(frame, port.Nic.ReceiveFromNic());
        }

        Assert.Equal(1455, port.Port.GetStatistics().Tx.Packets);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData("e1000-82545em")]
    public void EveryLengthIsReceivedByteForByte(string model)
    {
        using var port = new QemuPort(model);
        for (int size = 60; size <= 1514; size++)
        {
            byte[] frame = Frames.Make(size, seed: size);
            port.Nic.SendToNic(frame);

            Assert.Equal(frame, port.ReceiveBytes());
        }

        Assert.Equal(1455, port.Port.GetStatistics().Rx.Packets);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
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
            Assert.Equal(frame, TestPort.TakeBytes(packet));
        }
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void ChainsAreGathered(string model)
    {
        using var port = new QemuPort(model);
        byte[] frame = Frames.Make(1500, seed: 1);
        foreach (int segment in new[] { 50, 64, 700, 1499 })
        {
            port.Send(port.Make(frame, segment));
            Assert.Equal(frame, port.Nic.ReceiveFromNic());
        }

        port.Send(port.Make(frame, segment: 48));
        port.Send(port.Make(Frames.Make(1523)));
        QueueStatistics sent = port.Port.GetStatistics().Tx;

        Assert.Equal((1, 1, 4), (sent.DropsBy(DropCause.TooManySegments), sent.DropsBy(DropCause.TooLong), sent.Packets));
        Assert.False(port.Nic.HasFrame);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
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
