using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Uio;

/// <summary>
/// A PCI function through UIO (uio_pci_generic), for machines without an IOMMU: physical addresses, INTx only, and nothing keeps the
/// device from any memory of the machine. VFIO is to be preferred wherever it works.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="PciDevice.Dispose"/> stops bus mastering before anything is let go. A process that dies without it leaves a window: the kernel
/// closes a dying process's descriptors one after the other, and the device goes on writing into pool pages until the UIO node's turn,
/// when uio_pci_generic turns bus mastering off (Linux 4.17 and later; before that it stays on until the next driver). So the device
/// learns addresses in named hugepages only (<see cref="NamedHugepages"/>), which nobody else gets meanwhile: whoever opens a function
/// next makes it quiet and then removes what dead processes left.
/// </para>
/// <para>
/// All other regions have no address for the device (<see cref="IovaMap.Unreachable"/>).
/// </para>
/// </remarks>
internal sealed class UioPciDevice : KernelPciDevice
{
    // Held by the control thread while it passes an interrupt on.
    private readonly Lock _interruptLock = new();
    private readonly SysfsTree _tree;
    private readonly PciAddress _address;
    private readonly SafeFileHandle? _node;
    private readonly SafeFileHandle? _configFile;
    private readonly UioDomain? _domain;
    private readonly bool _hasLine;
    private readonly bool _isHeld;
    private int _target = -1;

    private UioPciDevice(SysfsTree tree, string name, PciFunction function, string node)
        : base(name, function.NumaNode)
    {
        _tree = tree;
        _address = function.Address;
        CanReset = File.Exists(FileOf("reset"));
        try
        {
            node = tree.PathOf(node);
            _node = Require(NativeUio.Open(node), node);
            string config = FileOf("config");
            _configFile = Require(NativeUio.OpenResource(config), config);
            Use(new ConfigSpace(_configFile, 0, PciSpec.ConfigBytes));
            Quiet();
            StaleHugepages.Remove(tree, _address);
            NamedHugepages.Shared.Hold(tree, _address);
            _isHeld = true;
            _domain = new UioDomain(Name);
            DmaMemory.Shared.Attach(_domain);
            _hasLine = NativeUio.Take(_node, out _) != -Errno.EIO;
            if (_hasLine)
            {
                ControlThread.Shared.Register((int)_node.DangerousGetHandle(), OnInterrupt, _interruptLock);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    internal override IovaMap Iova => _domain!.Iova;

    /// <inheritdoc/>
    internal override bool CanReset { get; }

    /// <summary>Opens a function that is bound to uio_pci_generic.</summary>
    /// <exception cref="PollIOException">It cannot be had; the message says why and what mends it.</exception>
    internal static UioPciDevice Open(SysfsTree tree, PciAddress address)
    {
        string name = $"uio:{address}";
        NativeShim.Require(UioErrors.Operation, name);
        (PciFunction function, string node) = HardwareCheck.RequireUio(tree, address, UioErrors.Operation);
        return new UioPciDevice(tree, name, function, node);
    }

    /// <inheritdoc/>
    internal override int CountInterrupts(PciInterruptKind kind) => kind == PciInterruptKind.IntX && _hasLine ? 1 : 0;

    /// <inheritdoc/>
    internal override void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors)
    {
        int count = CountInterrupts(kind);
        if (eventDescriptors.Length == 0 || eventDescriptors.Length > count)
        {
            throw new PollIOException(
                "route interrupts", Name, $"{eventDescriptors.Length} {kind} vectors are asked for, and through UIO the device has {count}", remedy: "through VFIO there are MSI and MSI-X");
        }

        lock (_interruptLock)
        {
            _target = eventDescriptors[0];
        }

        UnmaskIntX();
    }

    /// <inheritdoc/>
    internal override void DisableInterrupts()
    {
        lock (_interruptLock)
        {
            _target = -1;
            Config.ChangeCommand(PciSpec.CommandInterruptDisable, 0);
        }
    }

    /// <inheritdoc/>
    /// <remarks>uio_pci_generic masks the line by bit 10 of the command register, and leaves it to us to clear it.</remarks>
    internal override void UnmaskIntX() => Config.ChangeCommand(0, PciSpec.CommandInterruptDisable);

    private protected override void ResetCore()
    {
        try
        {
            File.WriteAllText(FileOf("reset"), "1");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException("reset", Name, "the kernel could not", remedy: "dmesg | tail may say why", innerException: e);
        }
    }

    private protected override void StopListening()
    {
        if (_hasLine)
        {
            ControlThread.Shared.Unregister((int)_node!.DangerousGetHandle());
        }
    }

    private protected override void ReleaseCore()
    {
        _configFile?.Dispose();
        _node?.Dispose();
        if (_domain is not null)
        {
            DmaMemory.Shared.Detach(_domain);
            _domain.Dispose();
        }

        if (_isHeld)
        {
            NamedHugepages.Shared.Release(_address);
        }
    }

    // What a dead process set going ends with bus mastering, and does not go on with the next driver's where the function can be reset.
    private void Quiet()
    {
        Config.ChangeCommand(0, PciSpec.CommandBusMaster);
        if (CanReset)
        {
            _ = _tree.Write($"{PciInventory.FolderOf(_address)}/reset", "1");
        }

        Config.ChangeCommand(PciSpec.CommandMemory | PciSpec.CommandInterruptDisable, PciSpec.CommandBusMaster);
    }

    private string FileOf(string name) => _tree.PathOf($"{PciInventory.FolderOf(_address)}/{name}");

    private SafeFileHandle Require(int opened, string node) =>
        opened < 0 ? throw UioErrors.Node(Name, node, -opened) : new SafeFileHandle(opened, ownsHandle: true);

    private protected override MmioRegion MapBar(int index)
    {
        BarArea bar = PciInventory.ReadMemoryBar(_tree, _address, index);
        string? reason = bar.Length == 0 ? "there is none, or it is I/O ports and not memory"
            : bar.Length > int.MaxValue ? $"0x{bar.Length:x} bytes are more than a driver can use"
            : bar.Offset % (ulong)Environment.SystemPageSize != 0 ? "it shares a page with others' registers"
            : null;
        if (reason is not null)
        {
            throw new PollIOException($"map BAR {index}", Name, reason);
        }

        string path = FileOf($"resource{index}");
        using SafeFileHandle file = Require(NativeUio.OpenResource(path), path);
        return MappedMmioRegion.Map(file, 0, (int)bar.Length, Gone.Number, $"{Name} BAR {index}");
    }

    /// <summary>On the control thread: passes an interrupt on; the line is masked until <see cref="UnmaskIntX"/>.</summary>
    private void OnInterrupt()
    {
        int result = NativeUio.Take(_node!, out _);
        if (result == 0 && _target >= 0)
        {
            EventDescriptor.Signal(_target);
        }
        else if (result < 0 && result != -Errno.EAGAIN)
        {
            // The driver was unbound: unlike VFIO it does not wait for us, and what is left is to stop.
            ControlThread.Shared.Unregister((int)_node!.DangerousGetHandle());
            Gone.Signal();
        }
    }
}
