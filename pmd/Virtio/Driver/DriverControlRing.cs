namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's control virtqueue (virtio 1.2 §5.1.6.5), whatever its layout: one command at a time, waited for.</summary>
internal abstract class DriverControlRing : DriverRing
{
    /// <summary>Fewest descriptors: a command, its data and the answer take three.</summary>
    internal const int MinSize = 4;

    /// <summary>Most bytes of a command's data.</summary>
    internal const int MaxData = 64;

    private protected DriverControlRing(in DriverRingMemory memory, QueueNotifier notifier)
        : base(in memory, notifier)
    {
    }

    /// <summary>Gives the device a command and waits for its answer.</summary>
    /// <param name="group">The command's class.</param>
    /// <param name="command">The command in it.</param>
    /// <param name="data">What belongs to it, at most <see cref="MaxData"/> bytes.</param>
    /// <param name="patience">How long to wait. A device that has not answered by then is asked nothing any more.</param>
    /// <returns>What it said, or null when it did not answer, or not as the specification wants it.</returns>
    internal abstract bool? Send(byte group, byte command, ReadOnlySpan<byte> data, TimeSpan patience);
}
