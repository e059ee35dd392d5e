using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Pmd.Tests.VirtioPci;

namespace PollIO.Pmd.Tests.Nics;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class SleepEndsWithAPacket
{
    /// <summary>One frame at a time, each to an lcore that sleeps or is about to: a wake-up lost would stop it for good.</summary>
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    [InlineData(Models.Plain)]
    [InlineData(Models.PackedPlain)]
    public void NoWakeUpIsLost(string model)
    {
        using var port = new QemuPort(model);
        using var forwarder = new Forwarder(port.Port, port.Port, IdleStrategy.Interrupt);
        for (int i = 0; i < 300; i++)
        {
            byte[] frame = Frames.Make(100, seed: i);
            port.Nic.SendToNic(frame);
            Assert.Equal(frame, port.Nic.ReceiveFromNic());
            Thread.SpinWait(i * 100);
        }
    }
}
