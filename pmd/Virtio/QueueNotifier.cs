namespace PollIO.Pmd.Virtio;

/// <summary>Tells the other side that a queue has something for it: an eventfd, later a register. Called at most once a burst.</summary>
internal abstract class QueueNotifier
{
    /// <summary>Notifies. Must not block.</summary>
    internal abstract void Notify();
}
