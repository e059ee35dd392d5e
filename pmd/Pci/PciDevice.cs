namespace PollIO.Pmd.Pci;

/// <summary>
/// One PCI function in this process's hands, whatever gives it: VFIO, UIO, or the device model a test talks to. A driver gets it
/// quiet (bus mastering off, interrupts off) and disposes it with its port.
/// </summary>
internal abstract class PciDevice : IDisposable
{
    /// <summary>Raised once, on the control thread, when the device has to be given up; the port stops, releases and reports.</summary>
    internal abstract event Action<PciLoss>? Lost;

    /// <summary>What users know the device by: its address or spec.</summary>
    internal abstract string Name { get; }

    /// <summary>Vendor and device.</summary>
    internal abstract PciId Id { get; }

    /// <summary>NUMA node the device hangs off, or -1.</summary>
    internal virtual int NumaNode => -1;

    /// <summary>The memory the device reaches. Rings and pools come from it; a packet of another memory cannot be sent.</summary>
    internal abstract DmaMemory Memory { get; }

    /// <summary>Turns addresses of <see cref="Memory"/> into what the device is told.</summary>
    internal abstract IovaMap Iova { get; }

    /// <summary>Whether <see cref="Reset"/> does anything.</summary>
    internal abstract bool CanReset { get; }

    /// <summary>Maps a memory BAR, 0 to 5; the same object each time.</summary>
    /// <exception cref="PollIOException">There is none, it is not memory, or it cannot be mapped.</exception>
    internal abstract MmioRegion GetBar(int index);

    /// <summary>Reads 1, 2 or 4 bytes of configuration space.</summary>
    internal abstract uint ReadConfig(int offset, int size);

    /// <summary>Writes 1, 2 or 4 bytes of configuration space.</summary>
    internal abstract void WriteConfig(int offset, uint value, int size);

    /// <summary>Lets the device read and write memory, or stops it (bit 2 of the command register).</summary>
    internal abstract void SetBusMaster(bool enabled);

    /// <summary>Function-level reset, where the device and whoever gives it have one; else nothing.</summary>
    internal abstract void Reset();

    /// <summary>Vectors the device has of a kind; 0 when it lacks it.</summary>
    internal abstract int CountInterrupts(PciInterruptKind kind);

    /// <summary>
    /// Routes vector i to <paramref name="eventDescriptors"/>[i] (eventfds of the caller's; -1 leaves one out), instead of what was
    /// routed before. <see cref="PciInterruptKind.IntX"/> has one.
    /// </summary>
    /// <exception cref="PollIOException">The kind is missing or the system refused.</exception>
    internal abstract void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors);

    /// <summary>Ends all routing.</summary>
    internal abstract void DisableInterrupts();

    /// <summary>Lets the next <see cref="PciInterruptKind.IntX"/> through: each one masks the line. May be called from an lcore.</summary>
    internal abstract void UnmaskIntX();

    /// <summary>Stops the device from reaching memory and gives it back. May be called from <see cref="Lost"/>'s handlers.</summary>
    public abstract void Dispose();
}
