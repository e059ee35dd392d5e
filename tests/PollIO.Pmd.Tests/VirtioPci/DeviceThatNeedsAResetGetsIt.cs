using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.Tests.VirtioPci;

[Trait("tier", "peer")]
public sealed class DeviceThatNeedsAResetGetsIt
{
    /// <summary>A receive ring's index jumps, so that the device says DEVICE_NEEDS_RESET: the port goes on by itself.</summary>
    [Fact]
    public void AndFramesPassAgain()
    {
        using var port = new QemuPort(Models.Split);
        for (int round = 1; round <= 3; round++)
        {
            Corrupt(port);
            port.Nic.SendToNic(Frames.Make(60));
            QemuPort.WaitUntil(() => port.Port.GetStatistics().Extended.ToDictionary()["device_resets"] == round);

            // What made the device look may still come: it was not lost on the wire.
            byte[] frame = Frames.Make(100, seed: round);
            port.Nic.SendToNic(frame);
            QemuPort.WaitUntil(() => port.ReceiveBytes().SequenceEqual(frame));
            port.Send(port.Make(frame));
            Assert.Equal(frame, port.Nic.ReceiveFromNic());
        }

        Assert.Null(port.Rx.Completion);
        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
    }

    private static void Corrupt(QemuPort port)
    {
        DmaRegion rings = port.Nic.Memory.Regions.Single(region => region != port.Pool.Region);
        var first = new DriverRingMemory(rings.Address, (uint)port.Port.Config.RxRingSize, IovaMap.Identity);
        first.Split.AvailableIndex += 0x4000;
    }
}
