using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;
using PollIO.Capture;

namespace PollIO.Diagnostics;

/// <summary>
/// The event source "PollIO": ports, lcores and captures as they come, go and fail; nothing per packet. An event session whose arguments
/// name a capture's socket switches that capture on, which is how <c>pollio capture</c> reaches a running process.
/// </summary>
[EventSource(Name = SourceName)]
internal sealed class PollIOEventSource : EventSource
{
    /// <summary>The source's name.</summary>
    internal const string SourceName = "PollIO";

    /// <summary>The session argument that names a capture's socket.</summary>
    internal const string CaptureArgument = "capture";

    private PollIOEventSource()
    {
    }

    internal static PollIOEventSource Log { get; } = new();

    /// <summary>Makes the source, so that sessions find it.</summary>
    [NonEvent]
    internal static void EnsureCreated() => GC.KeepAlive(Log);

    [NonEvent]
    internal void PortStarted(Port port)
    {
        if (IsEnabled())
        {
            PortStarted(port.Name, port.Id, port.RxQueues.Count, port.TxQueues.Count);
        }
    }

    [NonEvent]
    internal void QueueCompleted(RxQueue queue, QueueCompletion completion)
    {
        // Asked first: an lcore that reads a capture to its end comes by here.
        if (IsEnabled())
        {
            QueueCompleted(queue.Port.Name, queue.Index, completion.Error?.Message ?? "end of the source");
        }
    }

    [Event(1, Level = EventLevel.Informational, Message = "port {1} {0} started")]
    [SuppressMessage("Trimming", "IL2026", Justification = "Strings and integers need no reflection.")]
    public void PortStarted(string name, int id, int rxQueues, int txQueues) => WriteEvent(1, name, id, rxQueues, txQueues);

    [Event(2, Level = EventLevel.Informational, Message = "port {1} {0} stopped")]
    public void PortStopped(string name, int id) => WriteEvent(2, name, id);

    [Event(3, Level = EventLevel.Informational, Message = "port {1} {0} closed")]
    public void PortClosed(string name, int id) => WriteEvent(3, name, id);

    [Event(4, Level = EventLevel.Informational, Message = "link of {0} is up: {1}")]
    public void LinkChanged(string name, bool isUp) => WriteEvent(4, name, isUp ? 1 : 0);

    [Event(5, Level = EventLevel.Error, Message = "{0}: {1}")]
    public void TransmitFault(string name, string reason) => WriteEvent(5, name, reason);

    [Event(6, Level = EventLevel.Informational, Message = "queue {1} of {0} is complete: {2}")]
    [SuppressMessage("Trimming", "IL2026", Justification = "Strings and integers need no reflection.")]
    public void QueueCompleted(string name, int queue, string reason) => WriteEvent(6, name, queue, reason);

    [Event(7, Level = EventLevel.Informational, Message = "{0} polls on CPU {1}")]
    public void LCoreStarted(string name, int cpu) => WriteEvent(7, name, cpu);

    [Event(8, Level = EventLevel.Informational, Message = "{0} on CPU {1} ended")]
    public void LCoreEnded(string name, int cpu) => WriteEvent(8, name, cpu);

    [Event(9, Level = EventLevel.Error, Message = "{0} failed: {1}")]
    public void LCoreFailed(string name, string reason) => WriteEvent(9, name, reason);

    [Event(10, Level = EventLevel.Informational, Message = "a capture reads {0} ports")]
    public void CaptureAttached(int ports) => WriteEvent(10, ports);

    [Event(11, Level = EventLevel.Informational, Message = "a capture ended: {0} packets, {1} dropped")]
    public void CaptureEnded(long captured, long dropped) => WriteEvent(11, captured, dropped);

    [Event(12, Level = EventLevel.Warning, Message = "a capture was refused: {0}")]
    public void CaptureRefused(string reason) => WriteEvent(12, reason);

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        // Called under the runtime's lock for event sources: only hands on.
        if (command.Command == EventCommand.Enable
            && command.Arguments != null
            && command.Arguments.TryGetValue(CaptureArgument, out string? socket)
            && !string.IsNullOrEmpty(socket))
        {
            LiveCapture.Begin(socket);
        }
    }
}
