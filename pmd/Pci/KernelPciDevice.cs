using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Pci;

/// <summary>
/// A PCI function that the kernel hands to this process through descriptors: configuration space, BARs, and the end of it all are the
/// same whether VFIO or UIO gives them.
/// </summary>
internal abstract class KernelPciDevice : PciDevice
{
    private readonly Lock _lock = new();
    private readonly MmioRegion?[] _bars = new MmioRegion?[PciSpec.BarCount];
    private ConfigSpace? _config;
    private PciId _id;
    private bool _disposed;

    /// <param name="name">The device's spec.</param>
    /// <param name="numaNode">Its node, or -1.</param>
    /// <exception cref="PollIOException">The process has no descriptor left.</exception>
    private protected KernelPciDevice(string name, int numaNode)
    {
        Name = name;
        NumaNode = numaNode;
        Loss = new PciLossNotice(name);
        Gone = Loss.Watch(PciLoss.Gone);
    }

    /// <inheritdoc/>
    internal sealed override event Action<PciLoss>? Lost
    {
        add => Loss.Lost += value;
        remove => Loss.Lost -= value;
    }

    /// <inheritdoc/>
    internal sealed override string Name { get; }

    /// <inheritdoc/>
    internal sealed override PciId Id => _id;

    /// <inheritdoc/>
    internal sealed override int NumaNode { get; }

    /// <inheritdoc/>
    internal sealed override DmaMemory Memory => DmaMemory.Shared;

    /// <summary>What <see cref="Lost"/> is raised by.</summary>
    private protected PciLossNotice Loss { get; }

    /// <summary>Signalled, it means that the device is gone.</summary>
    private protected EventDescriptor Gone { get; }

    /// <summary>The function's configuration space, once <see cref="Use"/> was called.</summary>
    private protected ConfigSpace Config => _config!;

    /// <inheritdoc/>
    internal sealed override MmioRegion GetBar(int index)
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
    internal sealed override uint ReadConfig(int offset, int size) => Config.Read(offset, size);

    /// <inheritdoc/>
    internal sealed override void WriteConfig(int offset, uint value, int size) => Config.Write(offset, value, size);

    /// <inheritdoc/>
    internal sealed override void SetBusMaster(bool enabled) =>
        Config.ChangeCommand(enabled ? PciSpec.CommandBusMaster : 0, enabled ? 0 : PciSpec.CommandBusMaster);

    /// <inheritdoc/>
    /// <remarks>It leaves bus mastering off.</remarks>
    internal sealed override void Reset()
    {
        if (CanReset)
        {
            ResetCore();
            Config.ChangeCommand(PciSpec.CommandMemory, PciSpec.CommandBusMaster);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Bus mastering first, so that nothing is written any more; then interrupts, BARs and their watch, and at last the descriptors.
    /// </remarks>
    public sealed override void Dispose()
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

        StopListening();
        foreach (MmioRegion? bar in _bars)
        {
            (bar as IDisposable)?.Dispose();
        }

        // After the BARs, whose guards signal it.
        Loss.Dispose();
        ReleaseCore();
    }

    /// <summary>Takes the configuration space into use; the subclass keeps its descriptor open to <see cref="ReleaseCore"/>.</summary>
    private protected void Use(ConfigSpace config)
    {
        _config = config;
        _id = config.Id;
    }

    /// <summary>Maps a BAR, once.</summary>
    /// <exception cref="PollIOException">There is none, it is not memory, or it cannot be mapped.</exception>
    private protected abstract MmioRegion MapBar(int index);

    /// <summary>Resets the function, which has a reset.</summary>
    /// <exception cref="PollIOException">The kernel could not.</exception>
    private protected abstract void ResetCore();

    /// <summary>Ends what may still signal <see cref="Gone"/>; also called when opening failed halfway.</summary>
    private protected virtual void StopListening()
    {
    }

    /// <summary>Closes what there is of descriptors; also called when opening failed halfway.</summary>
    private protected abstract void ReleaseCore();
}
