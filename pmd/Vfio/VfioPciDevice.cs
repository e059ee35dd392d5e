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
/// that stop decoding. A reset leaves bus mastering off.
/// </remarks>
internal sealed partial class VfioPciDevice : PciDevice
{
    private readonly Lock _lock = new();
    private readonly MmioRegion?[] _bars = new MmioRegion?[PciSpec.BarCount];
    private readonly PciLossNotice _loss;
    private readonly VfioGroup? _group;
    private readonly SafeFileHandle? _file;
    private readonly ConfigSpace? _config;
    private readonly int _registersLost;
    private bool _disposed;

    private VfioPciDevice(SysfsTree tree, PciAddress address)
    {
        Name = $"vfio:{address}";
        NativeShim.Require(VfioErrors.Operation, Name);
        (PciFunction function, IommuGroup group) = HardwareCheck.RequireVfio(tree, address, VfioErrors.Operation);
        NumaNode = function.NumaNode;
        _loss = new PciLossNotice(Name);
        try
        {
            _registersLost = _loss.Watch(PciLoss.Gone).Number;
            _group = VfioGroup.Acquire(tree, group, Name);
            _file = _group.OpenDevice(address, Name);
            CanReset = (ReadInfo().Flags & NativeVfioDevice.FlagReset) != 0;
            RegionInfo config = ReadRegion(NativeVfioDevice.ConfigRegion);
            _config = new ConfigSpace(_file, config.Offset, (int)config.Length);
            Id = _config.Id;
            _config.ChangeCommand(PciSpec.CommandMemory, PciSpec.CommandBusMaster);
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
    internal override event Action<PciLoss>? Lost
    {
        add => _loss.Lost += value;
        remove => _loss.Lost -= value;
    }

    /// <inheritdoc/>
    internal override string Name { get; }

    /// <inheritdoc/>
    internal override PciId Id { get; }

    /// <inheritdoc/>
    internal override int NumaNode { get; }

    /// <inheritdoc/>
    internal override DmaMemory Memory => DmaMemory.Shared;

    /// <inheritdoc/>
    internal override IovaMap Iova => _group!.Container.Iova;

    /// <inheritdoc/>
    internal override bool CanReset { get; }

    private SafeFileHandle File => _file!;

    private ConfigSpace Config => _config!;

    /// <summary>Opens a function that is bound to vfio-pci.</summary>
    /// <exception cref="PollIOException">It cannot be had; the message says why and what mends it.</exception>
    internal static VfioPciDevice Open(SysfsTree tree, PciAddress address) => new(tree, address);

    /// <inheritdoc/>
    internal override MmioRegion GetBar(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, PciSpec.BarCount);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bars[index] ??= MapBar(index);
        }
    }

    /// <inheritdoc/>
    internal override uint ReadConfig(int offset, int size) => Config.Read(offset, size);

    /// <inheritdoc/>
    internal override void WriteConfig(int offset, uint value, int size) => Config.Write(offset, value, size);

    /// <inheritdoc/>
    internal override void SetBusMaster(bool enabled) =>
        Config.ChangeCommand(enabled ? PciSpec.CommandBusMaster : 0, enabled ? 0 : PciSpec.CommandBusMaster);

    /// <inheritdoc/>
    internal override void Reset()
    {
        if (!CanReset)
        {
            return;
        }

        int result = NativeVfioDevice.Reset(File);
        if (result < 0)
        {
            throw new PollIOException("reset", Name, "the kernel could not", -result);
        }

        Config.ChangeCommand(PciSpec.CommandMemory, PciSpec.CommandBusMaster);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Bus mastering first, so that nothing is written any more; then interrupts, BARs, device, group and, with the last group, the
    /// container. When its descriptor closes the kernel resets the function, where it can be.
    /// </remarks>
    public override void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        if (_config is not null)
        {
            SetBusMaster(false);
            DisableInterrupts();
        }

        foreach (MmioRegion? bar in _bars)
        {
            (bar as IDisposable)?.Dispose();
        }

        // After the BARs, whose guards signal it.
        _loss.Dispose();
        _file?.Dispose();
        _group?.Release();
    }

    private MmioRegion MapBar(int index)
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
                windows.Add(((int)area.Offset, MappedMmioRegion.Map(File, info.Offset + area.Offset, (int)area.Length, _registersLost, $"{Name} BAR {index}")));
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
