using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.VirtioPci;

[Trait("tier", "peer")]
public sealed class LifeOfThePort
{
    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void LinkChangesAreSeen(string model)
    {
        using var port = new QemuPort(model);
        var seen = new List<bool>();
        port.Port.LinkChanged += (_, link) => seen.Add(link.IsUp);
        port.Nic.SetLink(up: false);
        QemuPort.WaitUntil(() => !port.Port.Link.IsUp);
        port.Nic.SetLink(up: true);
        QemuPort.WaitUntil(() => port.Port.Link.IsUp);

        Assert.Equal([false, true], seen);
    }

    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
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

        PortStatistics statistics = port.Port.GetStatistics();
        Assert.Equal((20, 20, 0), (statistics.Rx.Packets, statistics.Tx.Packets, statistics.Tx.Drops));
    }

    [Fact]
    public void OpeningManyTimesLeaksNothing()
    {
        using var nic = new QemuNic(Models.Split);
        using var pool = new PacketPool(new PacketPoolOptions { Count = 2048, Memory = nic.Memory });
        int before = 0;
        for (int i = 0; i < 40; i++)
        {
            using (Port port = QemuPort.Open(nic.Open(), "?rxd=128&txd=64"))
            {
                port.Configure(new PortConfig { Pool = pool });
                port.Start();
                Assert.Equal((128, 64), (port.Config.RxRingSize, port.Config.TxRingSize));
            }

            before = i == 0 ? CountEvents() : before;
        }

        // Tests beside this one open some too, but not one each time.
        Assert.InRange(CountEvents(), 0, before + 20);
        Assert.Equal(0, pool.Outstanding);
        Assert.Single(nic.Memory.Regions);
    }

    [Theory]
    [InlineData(Models.Split, (int)PciLoss.Requested)]
    [InlineData(Models.Packed, (int)PciLoss.Error)]
    public void ADeviceThatIsWantedBackIsGivenBack(string model, int reason)
    {
        using var port = new QemuPort(model);
        port.Device.Lose((PciLoss)reason);
        QemuPort.WaitUntil(() => port.Device.IsDisposed && port.Rx.Completion != null && port.Tx.Fault != null);

        AssertHarmless(port);
        Assert.Equal(1, port.Port.GetStatistics().Tx.DropsBy(DropCause.LinkDown));
    }

    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void ADeviceThatVanishesIsNoticed(string model)
    {
        using var port = new QemuPort(model);
        port.Nic.Kill();
        QemuPort.WaitUntil(() => port.Rx.Completion != null && port.Tx.Fault != null);

        Assert.Contains("gone", port.Rx.Completion!.Error!.Message, StringComparison.Ordinal);
        AssertHarmless(port);
    }

    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
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

        // Filters outlast a restart.
        port.Port.SetPromiscuous(true);
        port.Port.Stop();
        port.Port.Start();
        Array.ForEach(all, frame => port.Nic.SendToNic(frame));
        Array.ForEach(all, frame => Assert.Equal(frame, port.ReceiveBytes()));
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

    private static int CountEvents() => Directory.GetFiles("/proc/self/fd").Count(path => File.ResolveLinkTarget(path, false)?.Name is { } name
        && (name.Contains("eventfd", StringComparison.Ordinal) || name.Contains("timerfd", StringComparison.Ordinal)));

    private static void AssertHarmless(QemuPort port)
    {
        var burst = new Packet[8];
        Assert.Equal(0, port.Rx.Receive(burst));
        port.Send(port.Make(Frames.Make(64)));
        Assert.False(port.Port.Link.IsUp);
        _ = port.Port.GetStatistics();
        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
        Assert.Throws<PollIOException>(port.Port.Start);
    }
}
