using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.VirtioPci;

/// <summary>Notifies a device of a queue by the queue's number, written where the device wants it (virtio 1.2 §4.1.5.2).</summary>
internal sealed class DoorbellNotifier(MmioRegion bar, int offset, ushort queue) : QueueNotifier
{
    /// <inheritdoc/>
    internal override void Notify() => bar.Write16(offset, queue);
}
