using Microsoft.Extensions.Logging;

namespace PollIO.Hosting;

/// <summary>All that is ever logged.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "port {Name} ({Spec}) started")]
    internal static partial void PortStarted(ILogger log, string name, string spec);

    [LoggerMessage(2, LogLevel.Information, "lcore on CPU {Cpu} polls {Ports}")]
    internal static partial void CoreLaunched(ILogger log, int cpu, string ports);

    [LoggerMessage(3, LogLevel.Information, "port {Name} stopped: {Received} packets received, {Dropped} dropped, {Written} sent")]
    internal static partial void PortStopped(ILogger log, string name, long received, long dropped, long written);

    [LoggerMessage(4, LogLevel.Error, "the lcore on CPU {Cpu} failed")]
    internal static partial void CoreFailed(ILogger log, int cpu, Exception error);
}
