using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.E1000;

[Trait("tier", "peer")]
public sealed class ChipsDoWhatTheyCan
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

    [Fact]
    public void WhatTheChipCannotDoIsRefusedWithTheReason()
    {
        using var port = new QemuPort("e1000e");
        port.Port.Stop();
        PortConfig config = port.Port.Config;
        string Refusal(PortConfig wanted) => Assert.Throws<PollIOException>(() => port.Port.Configure(wanted)).Message;

        Assert.Contains("powers of two", Refusal(config with { RxRingSize = 100 }), StringComparison.Ordinal);
        Assert.Contains("Scatter", Refusal(config with { Mtu = 2040 }), StringComparison.Ordinal);
        Assert.Contains("TcpSegmentation", Refusal(config with { TxOffloads = TxOffloads.TcpSegmentation }), StringComparison.Ordinal);
        using var foreign = new PacketPool(new PacketPoolOptions { Count = 4096 });
        Assert.Contains("another DmaMemory", Refusal(config with { Pool = foreign }), StringComparison.Ordinal);

        port.Port.Start();
        byte[] frame = Frames.Make(99);
        port.Send(port.Make(frame));
        Assert.Equal(frame, port.Nic.ReceiveFromNic());
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void DeviceCountersAgreeWithOurs(string model)
    {
        using var port = new QemuPort(model);
        for (int i = 0; i < 10; i++)
        {
            port.Nic.SendToNic(Frames.Make(100));
            port.ReceiveBytes();
            port.Send(port.Make(Frames.Make(200)));
            port.Nic.ReceiveFromNic();
        }

        Dictionary<string, long> counters = port.Port.GetStatistics().Extended.ToDictionary();
        Assert.Equal((10, 10), (counters["rx_good_packets"], counters["tx_good_packets"]));

        // With the frame check sequence, as the datasheets have it; one model leaves it out of what it sends.
        Assert.Equal(10 * 104, counters["rx_good_bytes"]);
        Assert.Equal(model == "e1000e" ? 10 * 200 : 10 * 204, counters["tx_good_bytes"]);
    }
}
