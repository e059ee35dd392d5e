using System.Diagnostics.Tracing;

namespace PollIO.Apps.Common;

/// <summary>Passes on what the drivers warn of. Libraries write to no console: this is how their warnings come to an app's standard error.</summary>
internal sealed class WarningListener : EventListener
{
    // Not the engine's source: once it is listened to, it also puts texts together for lcores' events, and those allocate.
    private const string Source = "PollIO-Pmd";

    private readonly Action<string> _tell;

    /// <param name="tell">Is given each warning as one line.</param>
    internal WarningListener(Action<string> tell) => _tell = tell;

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload is { Count: 2 } payload)
        {
            _tell($"{payload[0]}: {payload[1]}");
        }
    }
}
