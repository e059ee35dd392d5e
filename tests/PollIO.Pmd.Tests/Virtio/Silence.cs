using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>Notifies nobody.</summary>
internal sealed class Silence : QueueNotifier
{
    internal static Silence Instance { get; } = new();

    internal override void Notify()
    {
    }
}
