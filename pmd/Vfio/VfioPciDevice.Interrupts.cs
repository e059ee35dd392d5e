using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <content>Interrupts, and the kernel's own notices, by eventfds.</content>
internal sealed partial class VfioPciDevice
{
    private readonly Lock _interruptLock = new();

    // The index that is routed now, or null. VFIO has one kind on at a time.
    private uint? _routed;

    /// <inheritdoc/>
    internal override int CountInterrupts(PciInterruptKind kind) => Math.Max(0, NativeVfioDevice.CountIrqs(File, IndexOf(kind)));

    /// <inheritdoc/>
    internal override void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors)
    {
        int count = CountInterrupts(kind);
        if (eventDescriptors.Length == 0 || eventDescriptors.Length > count)
        {
            throw new PollIOException("route interrupts", Name, $"{eventDescriptors.Length} {kind} vectors are asked for, and the device has {count}");
        }

        lock (_interruptLock)
        {
            // VFIO takes no second kind beside the first, and cannot grow what is on.
            DisableInterrupts();
            int result = SetIrqs(IndexOf(kind), eventDescriptors);
            if (result != 0)
            {
                throw result > 0
                    ? new PollIOException("route interrupts", Name, $"the system has {result} vectors left for it, and {eventDescriptors.Length} {kind} are asked for")
                    : new PollIOException("route interrupts", Name, $"the kernel refused {kind}", -result, result == -Errno.EBUSY ? "another device on the same line does not share it: use MSI-X or MSI" : null);
            }

            _routed = IndexOf(kind);
        }
    }

    /// <inheritdoc/>
    internal override void DisableInterrupts()
    {
        lock (_interruptLock)
        {
            if (_routed is { } index)
            {
                _ = NativeVfioDevice.DisableIrqs(File, index);
                _routed = null;
            }
        }
    }

    /// <inheritdoc/>
    internal override void UnmaskIntX() => _ = NativeVfioDevice.UnmaskIrq(File, NativeVfioDevice.IrqIntX);

    private static uint IndexOf(PciInterruptKind kind) => kind switch
    {
        PciInterruptKind.IntX => NativeVfioDevice.IrqIntX,
        PciInterruptKind.Msi => NativeVfioDevice.IrqMsi,
        PciInterruptKind.MsiX => NativeVfioDevice.IrqMsiX,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such kind"),
    };

    /// <summary>Has a notice of the kernel raise <see cref="PciDevice.Lost"/>, where this kind of device has it.</summary>
    private void Route(uint index, PciLoss loss)
    {
        if (NativeVfioDevice.CountIrqs(File, index) < 1)
        {
            return;
        }

        EventDescriptor descriptor = Loss.Watch(loss);
        int result = SetIrqs(index, [descriptor.Number]);
        if (result < 0)
        {
            throw new PollIOException("watch for the device's loss", Name, $"the kernel refused its notice of {loss}", -result);
        }
    }

    private unsafe int SetIrqs(uint index, ReadOnlySpan<int> eventDescriptors)
    {
        // SAFETY: the shim reads as many as it is told.
        fixed (int* first = eventDescriptors)
        {
            return NativeVfioDevice.SetIrqs(File, index, (uint)eventDescriptors.Length, first);
        }
    }
}
