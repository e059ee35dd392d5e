using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Pmd.Tests.VirtioPci;

namespace PollIO.Pmd.Tests.Nics;

[Trait("tier", "peer")]
public sealed class LifeOfThePort
{
    public static TheoryData<string> Kinds => ["e1000e", "e1000", Models.Split, Models.Packed];

    [Theory]
    [MemberData(nameof(Kinds))]
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
    [MemberData(nameof(Kinds))]
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
    [InlineData(Models.Split)]
    public void OpeningFiftyTimesLeaksNothing(string model)
    {
        using var nic = new QemuNic(model);
        using var pool = new PacketPool(new PacketPoolOptions { Count = 2048, Memory = nic.Memory });
        static int CountDescriptors() => OpenDescriptors.Count("eventfd", "timerfd");
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
    [InlineData(Models.Split, (int)PciLoss.Requested)]
    [InlineData(Models.Packed, (int)PciLoss.Error)]
    public void ADeviceThatIsWantedBackIsGivenBack(string model, int reason)
    {
        using var port = new QemuPort(model);
        port.Send(port.Make(Frames.Make(64)));
        port.Device.Lose((PciLoss)reason);
        QemuPort.WaitUntilLost(port.Port);
        Assert.True(port.Device.IsDisposed);

        AssertHarmless(port);
        Assert.Equal(1, port.Port.GetStatistics().Tx.DropsBy(DropCause.LinkDown));
        Assert.Equal(1, port.Port.GetStatistics().Tx.Packets);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ADeviceThatVanishesIsNoticed(string model)
    {
        using var port = new QemuPort(model);
        port.Nic.Kill();
        QemuPort.WaitUntilLost(port.Port);

        Assert.Contains("gone", port.Rx.Completion!.Error!.Message, StringComparison.Ordinal);
        AssertHarmless(port);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
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
