using System.Diagnostics;

namespace PollIO.Apps.Common.Reporting;

/// <summary>Every counter at one moment; made once, filled again and again by <see cref="Meter"/>.</summary>
internal sealed class Reading(int ports)
{
    internal long Timestamp { get; set; }

    internal PortReading[] Ports { get; } = new PortReading[ports];

    /// <summary>The sum over all ports.</summary>
    internal PortReading Total { get; set; }

    /// <summary>The forwarding lcores' polls, packets and cycles.</summary>
    internal LCoreStatistics Forwarding { get; set; }

    /// <summary>Managed bytes every lcore has allocated since its start.</summary>
    internal long AllocatedBytes { get; set; }

    /// <summary>Collections of the process since its start.</summary>
    internal int Collections { get; set; }

    /// <summary>Seconds since an earlier reading.</summary>
    internal double SecondsSince(Reading earlier) => Stopwatch.GetElapsedTime(earlier.Timestamp, Timestamp).TotalSeconds;
}
