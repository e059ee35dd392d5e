using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;
using static PollIO.Pmd.Tests.Vfio.E1000eRegister;

namespace PollIO.Pmd.Tests.Uio;

[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Collection(LabDevicesCollection.Name)]
public sealed class DeviceThroughRealUio : IDisposable
{
    private readonly string _groupType;
    private readonly HugetlbfsAtAFolder _mount;

    public DeviceThroughRealUio()
    {
        LabGuest.Require();
        _mount = HugetlbfsAtAFolder.Mount("/tmp/hugepages-for-uio");
        _groupType = $"/sys/bus/pci/devices/{LabGuest.First}/iommu_group/type";

        // As on a machine without an IOMMU: the device's addresses are physical ones.
        LabGuest.Bind(LabGuest.First, null);
        File.WriteAllText(_groupType, "identity");
        LabGuest.Bind(LabGuest.First, PciBinding.UioDriver);
    }

    public void Dispose()
    {
        LabGuest.Bind(LabGuest.First, null);
        File.WriteAllText(_groupType, "auto");
        _mount.Dispose();
    }

    [Fact]
    public void RegistersAnswerAndHugepagesHaveAnAddress()
    {
        using HugepageReservation hugepages = HugepageReservation.Of(2);
        using UioPciDevice device = UioPciDevice.Open(LabGuest.Sysfs, LabGuest.First);
        Assert.Equal(new PciId(0x8086, 0x10d3), device.Id);
        Assert.NotEqual(uint.MaxValue, device.GetBar(0).Read32(STATUS));

        DmaRegion region = DmaMemory.Shared.Allocate(new DmaRequest((nuint)(2 * HugepageReservation.PageSize)), new HugepageAllocator());
        nint inside = region.Address + (nint)HugepageReservation.PageSize + 64;
        Assert.Equal(PhysicalAddress.Of(inside), device.Iova.Translate(inside));
        DmaMemory.Shared.Free(region);
        Assert.Equal(IovaMap.Unreachable, device.Iova.Translate(inside));
    }

    [Fact]
    public void IntXIsMaskedUntilItIsUnmasked()
    {
        using var line = new EventDescriptor("test");
        using UioPciDevice device = UioPciDevice.Open(LabGuest.Sysfs, LabGuest.First);
        MmioRegion registers = device.GetBar(0);
        Assert.Equal(1, device.CountInterrupts(PciInterruptKind.IntX));
        device.EnableInterrupts(PciInterruptKind.IntX, [line.Number]);

        registers.Write32(IMS, LSC);
        registers.Write32(ICS, LSC);
        LabGuest.WaitFor(() => line.Take() > 0, "a first INTx");
        Assert.NotEqual(0u, device.ReadConfig(PciSpec.Command, 2) & PciSpec.CommandInterruptDisable);
        device.UnmaskIntX();
        LabGuest.WaitFor(() => line.Take() > 0, "the INTx whose cause was not read");

        registers.Write32(IMC, uint.MaxValue);
        _ = registers.Read32(ICR);
    }

    [Fact]
    public void UnbindingIsNoticed()
    {
        using var heard = new ManualResetEventSlim();
        PciLoss? reason = null;
        UioPciDevice device = UioPciDevice.Open(LabGuest.Sysfs, LabGuest.First);
        device.Lost += loss =>
        {
            reason = loss;
            device.Dispose();
            heard.Set();
        };

        LabGuest.Bind(LabGuest.First, null);

        Assert.True(heard.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(PciLoss.Gone, reason);
    }

    [Fact]
    public async Task KilledProcessLeavesBusMasteringOff()
    {
        using TestChild child = TestChild.Start(TestChild.HoldUio, LabGuest.First.ToString());
        Assert.Equal("holding", await child.ReadLineAsync());

        await child.KillAsync();

        // uio_pci_generic turns it off when the node closes.
        byte[] header = new byte[8];
        using (FileStream config = File.OpenRead($"{PciInventory.FolderOf(LabGuest.First)}/config"))
        {
            config.ReadExactly(header);
        }

        Assert.Equal(0u, header[PciSpec.Command] & PciSpec.CommandBusMaster);
        using UioPciDevice device = UioPciDevice.Open(LabGuest.Sysfs, LabGuest.First);
        Assert.NotEqual(uint.MaxValue, device.GetBar(0).Read32(STATUS));
    }
}
