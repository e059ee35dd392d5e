using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.VirtioPci;

[Trait("tier", "peer")]
public sealed class DevicesDoWhatTheyCan
{
    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void AddressLinkAndMtuAreRead(string model)
    {
        using var port = new QemuPort(model + ",speed=25000,duplex=full,host_mtu=1600");

        Assert.Equal(MacAddress.Parse(QemuNic.Address), port.Port.MacAddress);
        Assert.Equal(new LinkState(IsUp: true, 25000, IsFullDuplex: true), port.Port.Link);
        Assert.Equal((1600, 1600), (port.Port.Mtu, port.Port.Capabilities.MaxMtu));
        Assert.Equal(model == Models.Packed ? 1 : 0, port.Port.GetStatistics().Extended.ToDictionary()["packed"]);
    }

    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    [InlineData(Models.Plain)]
    [InlineData(Models.PackedPlain)]
    public void ChainsAreGathered(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { TxRingSize = 32 });
        byte[] frame = Frames.Make(1500, seed: 1);
        for (int round = 0; round < 30; round++)
        {
            foreach (int segment in new[] { 100, 128, 700, 1499 })
            {
                port.Send(port.Make(frame, segment));
                Assert.Equal(frame, port.Nic.ReceiveFromNic());
            }
        }

        port.Send(port.Make(frame, segment: 93));
        port.Send(port.Make(Frames.Make(1523)));
        QueueStatistics sent = port.Port.GetStatistics().Tx;

        Assert.Equal((1, 1, 120), (sent.DropsBy(DropCause.TooManySegments), sent.DropsBy(DropCause.TooLong), sent.Packets));
        Assert.False(port.Nic.HasFrame);
    }

    [Fact]
    public void PacketsOfAPoolMadeLaterAreReachedUncopied()
    {
        using var port = new QemuPort(Models.Split);
        var later = new PacketPool(new PacketPoolOptions { Count = 64, CacheSize = 0, Memory = port.Nic.Memory });
        byte[] frame = Frames.Make(900, seed: 4);
        port.Send(port.Make(frame, pool: later));
        Assert.Equal(frame, port.Nic.ReceiveFromNic());
        Assert.Equal(0, port.Port.GetStatistics().Tx.Copied);
        port.Port.Stop();
        Assert.Equal(0, later.Outstanding);
        later.Dispose();
    }

    /// <summary>
    /// More frames than the indices of a small ring count to without wrapping, in bursts of every size up to one that the wire has no
    /// room for at once.
    /// </summary>
    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void SmallRingsWrapManyTimes(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { RxRingSize = 32, TxRingSize = 32 });
        byte[] frame = Frames.Make(200, seed: 5);
        for (int round = 0; round < 300; round++)
        {
            int count = 1 + (round % 16);
            for (int i = 0; i < count; i++)
            {
                BitConverter.TryWriteBytes(frame.AsSpan(20), (round << 8) + i);
                port.Nic.SendToNic(frame);
            }

            List<Packet> received = port.Receive(count);
            Assert.Equal(Enumerable.Range(round << 8, count), received.Select(packet => BitConverter.ToInt32(packet.Data[20..])));
            Assert.Equal(count, port.Tx.Transmit(received.ToArray()));
            for (int i = 0; i < count; i++)
            {
                Assert.Equal((round << 8) + i, BitConverter.ToInt32(port.Nic.ReceiveFromNic(), 20));
            }
        }
    }

    [Fact]
    public void WhatTheDeviceCannotDoIsRefusedWithTheReason()
    {
        using var port = new QemuPort(Models.Split + ",host_mtu=2000");
        port.Port.Stop();
        PortConfig config = port.Port.Config;
        string Refusal(PortConfig wanted) => Assert.Throws<PollIOException>(() => port.Port.Configure(wanted)).Message;

        Assert.Contains("power of two", Refusal(config with { RxRingSize = 100 }), StringComparison.Ordinal);
        Assert.Contains("MTU", Refusal(config with { Mtu = 2001 }), StringComparison.Ordinal);
        Assert.Contains("TcpSegmentation", Refusal(config with { TxOffloads = TxOffloads.TcpSegmentation }), StringComparison.Ordinal);
        using var foreign = new PacketPool(new PacketPoolOptions { Count = 4096 });
        Assert.Contains("another DmaMemory", Refusal(config with { Pool = foreign }), StringComparison.Ordinal);
        using var bare = new PacketPool(new PacketPoolOptions { Count = 4096, Headroom = 0, Memory = port.Nic.Memory });
        Assert.Contains("headroom", Refusal(config with { Pool = bare }), StringComparison.Ordinal);

        port.Port.Start();
        byte[] frame = Frames.Make(99);
        port.Send(port.Make(frame));
        Assert.Equal(frame, port.Nic.ReceiveFromNic());
    }
}
