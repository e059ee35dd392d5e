namespace PollIO.Apps.Common.Reporting;

/// <summary>What a run has to tell once everything has stopped.</summary>
/// <param name="Start">The reading when packets began to move.</param>
/// <param name="WarmedUp">The reading at the start of the measured part; <paramref name="Start"/> when the run was too short for a warm-up.</param>
/// <param name="End">The reading before anything was stopped: the end of the measured part.</param>
/// <param name="Part">The part of the run, as counted by <see cref="RunMonitor"/>, that the measured part begins with.</param>
/// <param name="Fault">What ended the run, as one line, or null when it ended well.</param>
internal sealed record RunResult(Reading Start, Reading WarmedUp, Reading End, int Part, string? Fault)
{
    internal double Seconds => End.SecondsSince(Start);

    internal double WarmupSeconds => WarmedUp.SecondsSince(Start);

    internal double MeasuredSeconds => End.SecondsSince(WarmedUp);

    internal double RxPacketsPerSecond => (End.Total.RxPackets - WarmedUp.Total.RxPackets) / MeasuredSeconds;

    internal double TxPacketsPerSecond => (End.Total.TxPackets - WarmedUp.Total.TxPackets) / MeasuredSeconds;

    /// <summary>TSC cycles of polls that found packets, for each packet they moved; 0 without packets.</summary>
    internal double CyclesPerPacket
    {
        get
        {
            long packets = End.Forwarding.Packets - WarmedUp.Forwarding.Packets;
            return packets == 0 ? 0 : (double)(End.Forwarding.BusyCycles - WarmedUp.Forwarding.BusyCycles) / packets;
        }
    }

    /// <summary>The share of the lcores' time that went into polls that found packets.</summary>
    internal double BusyPercent
    {
        get
        {
            long busy = End.Forwarding.BusyCycles - WarmedUp.Forwarding.BusyCycles;
            long idle = End.Forwarding.IdleCycles - WarmedUp.Forwarding.IdleCycles;
            return busy + idle == 0 ? 0 : 100.0 * busy / (busy + idle);
        }
    }

    internal long AllocatedBytes => End.AllocatedBytes - WarmedUp.AllocatedBytes;

    internal int Collections => End.Collections - WarmedUp.Collections;
}
