using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support.Qemu;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.Tests.E1000;

public sealed class StartFollowsTheErrata : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 2048 });

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void ReservedBitsOfThe82574AreAsItWantsThem()
    {
        var device = new FakeE1000(DmaMemory.Shared, is82574: true);
        MmioRegion registers = device.GetBar(0);
        using Port port = QemuPort.Open(device);
        registers.Write32(CTRL, CTRL_82574_CLEAR);
        registers.Write32(CTRL_EXT, CTRL_EXT_82574_CLEAR);
        registers.Write32(TARC0, TARC0_82574_CLEAR);

        Start(port);

        Assert.Equal(0u, registers.Read32(CTRL) & CTRL_82574_CLEAR);
        Assert.Equal(CTRL_EXT_82574_SET, registers.Read32(CTRL_EXT) & (CTRL_EXT_82574_SET | CTRL_EXT_82574_CLEAR));
        Assert.Equal(TARC0_82574_SET, registers.Read32(TARC0));
        Assert.Equal(GCR_82574_SET, registers.Read32(GCR));
        Assert.Equal(GCR2_82574_SET, registers.Read32(GCR2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PhyIsTouchedOnlyWithTheFirmwaresLeaveAndGivenBack(bool is82574)
    {
        var device = new FakeE1000(DmaMemory.Shared, is82574);
        using Port port = QemuPort.Open(device);

        Start(port);

        Assert.Equal(0, device.PhyTrespasses);
        Assert.Equal(0u, device.GetBar(0).Read32(EXTCNF_CTRL));
    }

    private void Start(Port port)
    {
        port.Configure(new PortConfig { Pool = _pool });
        port.Start();
    }
}
