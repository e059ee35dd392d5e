using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Tests.Support.Qemu;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.Tests.E1000;

public sealed class VectorsKeepPacketsAndLinkApart
{
    [Fact]
    public void WithMsiX()
    {
        using var pool = new PacketPool(new PacketPoolOptions { Count = 2048 });
        var device = new FakeE1000(DmaMemory.Shared, is82574: true) { HasMsiX = true };
        using Port port = QemuPort.Open(device);
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        var registers = (FakeE1000Registers)device.GetBar(0);
        RxQueue rx = port.RxQueues[0];

        // Queue 0 to vector 0 and all else to vector 1, both valid.
        Assert.Equal(0x0009_0008u, registers[IVAR]);
        Assert.Equal(2, device.Vectors.Length);
        Assert.Equal(rx.InterruptDescriptor, device.Vectors[0]);
        Assert.Equal(ICR_LSC | ICR_OTHER, registers[IMS]);

        // Arming clears and unmasks the queue's cause, and leaves the link's alone.
        rx.ArmInterrupt();
        Assert.Equal((ICR_RXQ0, ICR_RXQ0), (registers[ICR], registers[IMS]));
        rx.DisarmInterrupt();
        Assert.Equal(ICR_RXQ0, registers[IMC]);

        device.IsLinkDown = true;
        Raise(device.Vectors[1]);
        QemuPort.WaitUntil(() => !port.Link.IsUp && registers[IMS] == (ICR_LSC | ICR_OTHER));
        Assert.Equal(ICR_LSC | ICR_OTHER, registers[ICR]);
    }

    private static void Raise(int vector)
    {
        using var handle = new SafeFileHandle(vector, ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
        stream.Write(BitConverter.GetBytes(1UL));
    }
}
