using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.E1000;

[Trait("tier", "peer")]
public sealed class LifeOfThePort
{
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void LinkChangesAreSeen(string model)
    {
        using var port = new QemuPort(model);
        var seen = new List<bool>();
        port.Port.LinkChanged += (_, link) => seen.Add(link.IsUp);
        port.Nic.SetLink(up: false);
        QemuPort.WaitUntil(() => !port.Port.Link.IsUp);
        Assert.Equal(0, port.Port.Link.SpeedMbps);
        port.Nic.SetLink(up: true);
        QemuPort.WaitUntil(() => port.Port.Link.IsUp);

        Assert.Equal([false, true], seen);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void FramesPassAfterEveryOfTwentyRestarts(string model)
    {
        using var port = new QemuPort(model);
        for (int i = 0; i < 20; i++)
        {
            byte[] frame = Frames.Make(100, seed: i);
            port.Send(port.Make(frame));
            Assert.Equal(frame, port.Nic.ReceiveFromNic());
            port.Nic.SendToNic(frame);
            Assert.Equal(frame, port.ReceiveBytes());
            port.Port.Stop();
            Assert.Equal(0, port.Pool.Outstanding);
            port.Port.Start();
        }

        Assert.Equal((20, 20, 0), (port.Port.GetStatistics().Rx.Packets, port.Port.GetStatistics().Tx.Packets, port.Port.GetStatistics().Tx.Drops));
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void OpeningFiftyTimesLeaksNoDescriptor(string model)
    {
        using var nic = new QemuNic(model);
        using var pool = new PacketPool(new PacketPoolOptions { Count = 2048, Memory = nic.Memory });
        int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Count(path => File.ResolveLinkTarget(path, false)?.Name is { } name
            && (name.Contains("eventfd", StringComparison.Ordinal) || name.Contains("timerfd", StringComparison.Ordinal)));
        RunOnce(nic, pool);
        int before = CountDescriptors();
        for (int i = 0; i < 50; i++)
        {
            RunOnce(nic, pool);
        }

        // Tests beside this one open some too, but not one each time.
        Assert.InRange(CountDescriptors(), 0, before + 20);
        Assert.Equal(0, pool.Outstanding);
        Assert.Single(nic.Memory.Regions);
    }

    [Theory]
    [InlineData("e1000e", (int)PciLoss.Requested)]
    [InlineData("e1000", (int)PciLoss.Error)]
    public void ADeviceThatIsWantedBackIsGivenBack(string model, int reason)
    {
        using var port = new QemuPort(model);
        port.Send(port.Make(Frames.Make(64)));
        port.Device.Lose((PciLoss)reason);
        QemuPort.WaitUntil(() => port.Device.IsDisposed && port.Rx.Completion != null && port.Tx.Fault != null);

        AssertHarmless(port);
        Assert.Equal(1, port.Port.GetStatistics().Tx.DropsBy(DropCause.LinkDown));
        Assert.Equal(1, port.Port.GetStatistics().Tx.Packets);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void ADeviceThatVanishesIsNoticed(string model)
    {
        using var port = new QemuPort(model);
        port.Nic.Kill();
        QemuPort.WaitUntil(() => port.Rx.Completion != null && port.Tx.Fault != null);

        Assert.Contains("gone", port.Rx.Completion!.Error!.Message, StringComparison.Ordinal);
        AssertHarmless(port);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void FiltersAreSet(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { Promiscuous = false });
        byte[] other = Frames.Make(80, seed: 1), multicast = Frames.Make(80, seed: 2), own = Frames.Make(80, seed: 3);
        new byte[] { 0x33, 0x33, 0, 0, 0, 1 }.CopyTo(multicast, 0);
        Convert.FromHexString("525400000077").CopyTo(own, 0);
        byte[][] all = [other, multicast, own];
        Array.ForEach(all, frame => port.Nic.SendToNic(frame));
        Assert.Equal(own, port.ReceiveBytes());

        port.Port.SetAllMulticast(true);
        Array.ForEach(all, frame => port.Nic.SendToNic(frame));
        Assert.Equal(multicast, port.ReceiveBytes());
        Assert.Equal(own, port.ReceiveBytes());

        port.Port.SetPromiscuous(true);
        Array.ForEach(all, frame => port.Nic.SendToNic(frame));
        Array.ForEach(all, frame => Assert.Equal(frame, port.ReceiveBytes()));
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

    private static void RunOnce(QemuNic nic, PacketPool pool)
    {
        using Port port = QemuPort.Open(nic.Open(), "?rxd=128&txd=64");
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        Assert.Equal((128, 64), (port.Config.RxRingSize, port.Config.TxRingSize));
    }

    private static void AssertHarmless(QemuPort port)
    {
        var burst = new Packet[8];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, port.Rx.Receive(burst));
        }

        port.Send(port.Make(Frames.Make(64)));
        Assert.False(port.Port.Link.IsUp);
        _ = port.Port.GetStatistics();
        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
        Assert.Throws<PollIOException>(port.Port.Start);
    }
}
