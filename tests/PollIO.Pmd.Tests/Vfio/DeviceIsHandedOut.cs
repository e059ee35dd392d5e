using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Vfio;
using static PollIO.Pmd.Tests.Vfio.E1000eRegister;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Collection(LabDevicesCollection.Name)]
public sealed class DeviceIsHandedOut
{
    private const int Mebibyte = 1 << 20;

    public DeviceIsHandedOut() => LabGuest.Require();

    [Fact]
    public void RegistersAndConfigurationSpaceAnswer()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);

        Assert.Equal(new PciId(0x8086, 0x10d3), device.Id);
        Assert.Equal(0x10d38086u, device.ReadConfig(0, 4));
        Assert.True(device.CanReset);
        MmioRegion registers = device.GetBar(0);
        Assert.IsType<MappedMmioRegion>(registers);
        Assert.Equal(Bytes, registers.Length);
        Assert.Same(registers, device.GetBar(0));
        Assert.NotEqual(uint.MaxValue, registers.Read32(STATUS));
        registers.Write32(LEDCTL, 0x0f0e0d0c);
        Assert.Equal(0x0f0e0d0cu, registers.Read32(LEDCTL));
        Assert.Throws<ArgumentOutOfRangeException>(() => registers.Read32(Bytes - 2));
    }

    [Fact]
    public void ItComesQuietAndGoesQuiet()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);
        Assert.Equal(PciSpec.CommandMemory, device.ReadConfig(PciSpec.Command, 2) & (PciSpec.CommandMemory | PciSpec.CommandBusMaster));

        device.SetBusMaster(true);
        Assert.NotEqual(0u, device.ReadConfig(PciSpec.Command, 2) & PciSpec.CommandBusMaster);
        device.Reset();
        Assert.Equal(PciSpec.CommandMemory, device.ReadConfig(PciSpec.Command, 2) & (PciSpec.CommandMemory | PciSpec.CommandBusMaster));
        Assert.NotEqual(uint.MaxValue, device.GetBar(0).Read32(STATUS));

        device.SetBusMaster(true);
        device.Dispose();
        using FileStream config = File.OpenRead($"/sys/bus/pci/devices/{LabGuest.First}/config");
        byte[] header = new byte[8];
        config.ReadExactly(header);
        Assert.Equal(0u, header[PciSpec.Command] & PciSpec.CommandBusMaster);
    }

    [Fact]
    public void MsiXTableIsReachedWithoutBeingMapped()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);
        int before = LabGuest.CountMappings("[vfio-device]");

        MmioRegion table = device.GetBar(3);

        // The 82574's BAR 3 is 16 KiB, the table in its first page; datasheet 9.3.8.
        Assert.IsType<SparseMmioRegion>(table);
        Assert.Equal(0x4000, table.Length);
        Assert.Equal(before + 1, LabGuest.CountMappings("[vfio-device]"));
        table.Write32(0, 0xfee00000);
        Assert.Equal(uint.MaxValue, table.Read32(0));
    }

    [Fact]
    public void BarsThatAreNotThereAreRefused()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);

        Assert.Contains("I/O ports", Assert.Throws<PollIOException>(() => device.GetBar(2)).Reason, StringComparison.Ordinal);
        Assert.Contains("there is none", Assert.Throws<PollIOException>(() => device.GetBar(5)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryIsPinnedWhileADeviceIsOpenAndAsItComes()
    {
        using HugepageReservation hugepages = HugepageReservation.Of(4);
        DmaRegion before = DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte));
        long unpinned = LabGuest.LockedKib;
        VfioPciDevice device = LabGuest.Open(LabGuest.First);
        long pinned = LabGuest.LockedKib;
        Assert.InRange(pinned - unpinned, 1024, long.MaxValue);
        Assert.Equal((ulong)before.Address, device.Iova.Translate(before.Address));

        DmaRegion huge = DmaMemory.Shared.Allocate(new DmaRequest(4 * Mebibyte), new HugepageAllocator());
        Assert.Equal(pinned + 4096, LabGuest.LockedKib);
        DmaMemory.Shared.Free(huge);
        Assert.Equal(pinned, LabGuest.LockedKib);

        device.Dispose();
        Assert.Equal(unpinned, LabGuest.LockedKib);
        DmaMemory.Shared.Free(before);
    }

    [Fact]
    public void SecondDeviceSharesTheContainerAndOutlivesTheFirst()
    {
        VfioPciDevice first = LabGuest.Open(LabGuest.First);
        VfioPciDevice second = LabGuest.Open(LabGuest.Second);
        Assert.Equal(1, LabGuest.CountDescriptors("/dev/vfio/vfio"));
        Assert.Equal(3, LabGuest.CountDescriptors("/dev/vfio/"));

        first.Dispose();
        Assert.Equal(2, LabGuest.CountDescriptors("/dev/vfio/"));
        DmaRegion region = DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte));
        Assert.NotEqual(uint.MaxValue, second.GetBar(0).Read32(STATUS));
        DmaMemory.Shared.Free(region);

        second.Dispose();
        Assert.Equal(0, LabGuest.CountDescriptors("/dev/vfio/"));
    }

    [Fact]
    public void ManyOpeningsLeaveNothingBehind()
    {
        DmaRegion region = DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte));
        OpenAndClose();
        FinishEarlierTests();
        long locked = LabGuest.LockedKib;
        int descriptors = LabGuest.CountDescriptors("");
        int mappings = LabGuest.CountMappings("[vfio-device]");

        for (int i = 0; i < 10; i++)
        {
            OpenAndClose();
        }

        Assert.Equal(0, mappings);
        Assert.Equal(0, LabGuest.CountMappings("[vfio-device]"));
        Assert.Equal(locked, LabGuest.LockedKib);
        FinishEarlierTests();
        Assert.Equal(descriptors, LabGuest.CountDescriptors(""));
        DmaMemory.Shared.Free(region);

        // What they left to finalizers, pipes of child processes among it, is closed now and not in between.
        static void FinishEarlierTests()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        static void OpenAndClose()
        {
            using VfioPciDevice device = LabGuest.Open(LabGuest.First);
            Assert.NotEqual(uint.MaxValue, device.GetBar(0).Read32(STATUS));
            _ = device.GetBar(3);
            device.EnableInterrupts(PciInterruptKind.MsiX, [-1, -1]);
        }
    }
}
