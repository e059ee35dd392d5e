using System.Diagnostics.Tracing;

namespace PollIO.Pmd.Diagnostics;

/// <summary>The event source "PollIO-Pmd": what an operator should know of devices although it is no error. Nothing per packet.</summary>
[EventSource(Name = SourceName)]
internal sealed class PmdEventSource : EventSource
{
    /// <summary>The source's name.</summary>
    internal const string SourceName = "PollIO-Pmd";

    private PmdEventSource()
    {
    }

    internal static PmdEventSource Log { get; } = new();

    /// <summary>A device is opened that no IOMMU restrains.</summary>
    /// <param name="device">Its port spec.</param>
    /// <param name="reason">Why, and what would mend it.</param>
    [Event(1, Level = EventLevel.Warning, Message = "{0}: {1}")]
    public void DeviceUnrestrained(string device, string reason) => WriteEvent(1, device, reason);
}
