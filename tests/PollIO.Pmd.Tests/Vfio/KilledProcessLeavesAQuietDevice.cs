using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Collection(LabDevicesCollection.Name)]
public sealed class KilledProcessLeavesAQuietDevice
{
    public KilledProcessLeavesAQuietDevice() => LabGuest.Require();

    [Fact]
    public async Task AndTheNextOneOpensIt()
    {
        LabGuest.Bind(LabGuest.First, "vfio-pci");
        using TestChild child = TestChild.Start(TestChild.HoldVfio, LabGuest.First.ToString());
        Assert.Equal("holding", await child.ReadLineAsync());
        Assert.NotEqual(0u, ReadCommand() & PciSpec.CommandBusMaster);

        await child.KillAsync();

        LabGuest.WaitFor(() => (ReadCommand() & PciSpec.CommandBusMaster) == 0, "bus mastering off");
        using VfioPciDevice device = VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.First);
        Assert.NotEqual(uint.MaxValue, device.GetBar(0).Read32(E1000eRegister.STATUS));
    }

    private static uint ReadCommand()
    {
        using FileStream config = File.OpenRead($"{PciInventory.FolderOf(LabGuest.First)}/config");
        byte[] header = new byte[8];
        config.ReadExactly(header);
        return BitConverter.ToUInt16(header, PciSpec.Command);
    }
}
