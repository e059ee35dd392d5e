using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>
/// A PCI function through VFIO. However the process ends, the kernel then stops the function and takes its memory away before any page
/// is reused: it happens when the descriptors close.
/// </summary>
/// <remarks>
/// <see cref="PciDevice.Lost"/> is raised for the kernel's request (REQ), its error report (ERR, PCI Express only) and for registers
/// that stop decoding.
/// </remarks>
internal sealed partial class VfioPciDevice : KernelPciDevice
{
    private readonly VfioGroup? _group;
    private readonly SafeFileHandle? _file;

    private VfioPciDevice(SysfsTree tree, string name, PciFunction function, IommuGroup group)
        : base(name, function.NumaNode)
    {
        try
        {
            _group = VfioGroup.Acquire(tree, group, Name);
            _file = _group.OpenDevice(function.Address, Name);
            CanReset = (ReadInfo().Flags & NativeVfioDevice.FlagReset) != 0;
            RegionInfo config = ReadRegion(NativeVfioDevice.ConfigRegion);
            Use(new ConfigSpace(_file, config.Offset, (int)config.Length));
            Config.ChangeCommand(PciSpec.CommandMemory, PciSpec.CommandBusMaster);
            Route(NativeVfioDevice.IrqRequest, PciLoss.Requested);
            Route(NativeVfioDevice.IrqError, PciLoss.Error);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    internal override IovaMap Iova => _group!.Container.Iova;

    /// <inheritdoc/>
    internal override bool CanReset { get; }

    private SafeFileHandle File => _file!;

    /// <summary>Opens a function that is bound to vfio-pci.</summary>
    /// <exception cref="PollIOException">It cannot be had; the message says why and what mends it.</exception>
    internal static VfioPciDevice Open(SysfsTree tree, PciAddress address)
    {
        string name = $"vfio:{address}";
        NativeShim.Require(VfioErrors.Operation, name);
        (PciFunction function, IommuGroup group) = HardwareCheck.RequireVfio(tree, address, VfioErrors.Operation);
        return new VfioPciDevice(tree, name, function, group);
    }

    private protected override void ResetCore()
    {
        int result = NativeVfioDevice.Reset(File);
        if (result < 0)
        {
            throw new PollIOException("reset", Name, "the kernel could not", -result);
        }
    }

    // The group, and with the last one the container, after the device: when its descriptor closes the kernel resets the function, where
    // it can be.
    private protected override void ReleaseCore()
    {
        _file?.Dispose();
        _group?.Release();
    }

    private protected override MmioRegion MapBar(int index)
    {
        RegionInfo info = ReadRegion((uint)index);
        string? reason = info.Length == 0 ? "there is none"
            : !Config.IsMemoryBar(index) ? "it is I/O ports and not memory"
            : info.Length > int.MaxValue ? $"0x{info.Length:x} bytes are more than a driver can use"
            : null;
        if (reason is not null)
        {
            throw new PollIOException($"map BAR {index}", Name, reason);
        }

        ReadOnlySpan<BarArea> offered = ((ReadOnlySpan<BarArea>)info.Areas)[..(int)info.AreaCount];
        List<BarArea> areas = BarArea.Mappable(offered, Config.FindMsiXTable(index), (ulong)Environment.SystemPageSize);
        List<(int Start, MappedMmioRegion Region)> windows = [];
        try
        {
            foreach (BarArea area in areas)
            {
                windows.Add(((int)area.Offset, MappedMmioRegion.Map(File, info.Offset + area.Offset, (int)area.Length, Gone.Number, $"{Name} BAR {index}")));
            }
        }
        catch
        {
            windows.ForEach(window => window.Region.Dispose());
            throw;
        }

        return windows.Count == 1 && areas[0] == new BarArea(0, info.Length)
            ? windows[0].Region
            : new SparseMmioRegion(File, info.Offset, (int)info.Length, windows);
    }

    private DeviceInfo ReadInfo()
    {
        int result = NativeVfioDevice.GetInfo(File, out DeviceInfo info);
        return result < 0 ? throw new PollIOException("ask for device information", Name, "the kernel refused", -result) : info;
    }

    private RegionInfo ReadRegion(uint index)
    {
        int result = NativeVfioDevice.GetRegion(File, index, out RegionInfo info);
        return result < 0 ? throw new PollIOException("ask for a region's place", Name, $"the kernel's answer for region {index} is no use", -result) : info;
    }
}
