using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VhostUser;

/// <summary>One ring's memory and eventfds; they stay from connection to connection.</summary>
internal sealed class FrontendRing : IDisposable
{
    private readonly DmaMemory _memory;

    /// <param name="port">The port, for errors.</param>
    /// <param name="index">The ring's number.</param>
    /// <param name="size">Descriptors, a power of two.</param>
    /// <param name="pool">The pool its packets come from; the ring lies in the same kind of memory.</param>
    /// <exception cref="PollIOException">Memory or descriptors cannot be had.</exception>
    internal FrontendRing(Port port, int index, int size, PacketPool pool)
    {
        Index = index;
        Size = (uint)size;
        _memory = pool.Options.Memory;
        Region = _memory.Allocate(new DmaRequest((nuint)DriverRingMemory.Length(Size), pool.Options.NumaNode), pool.Options.Allocator);
        try
        {
            Kick = new EventDescriptor(port.Name);
            Call = new EventDescriptor(port.Name);
        }
        catch
        {
            Kick?.Dispose();
            _memory.Free(Region);
            throw;
        }
    }

    internal int Index { get; }

    internal uint Size { get; }

    internal DmaRegion Region { get; }

    /// <summary>We notify the device through it.</summary>
    internal EventDescriptor Kick { get; }

    /// <summary>
    /// The device interrupts us through it; only an lcore that sleeps listens. The device can empty it, fill it up and make it one that
    /// blocks at any time: it is watched, and neither read nor written in a way that could wait.
    /// </summary>
    internal EventDescriptor Call { get; }

    /// <summary>The ring's memory, at the addresses the device knows it by: ours.</summary>
    internal DriverRingMemory Memory => new(Region.Address, Size, IovaMap.Identity);

    public void Dispose()
    {
        Kick.Dispose();
        Call.Dispose();
        _memory.Free(Region);
    }
}
