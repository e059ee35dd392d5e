using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>What one lcore does with one queue; frames come from elsewhere.</summary>
internal abstract class SendLane(TxQueue tx, RateWindows? windows) : Lane(rx: null, tx)
{
    /// <summary>How evenly the rate was kept, or null without one.</summary>
    internal RateWindows? Windows { get; } = windows;

    /// <summary>Whether everything has been sent.</summary>
    internal abstract bool IsFinished { get; }

    /// <summary>Time the lane was behind its rate and did not catch up.</summary>
    internal abstract double ForgivenSeconds { get; }

    /// <summary>Sends one burst, or what is left of the last.</summary>
    /// <returns>Packets the port took.</returns>
    internal abstract int Send();
}
