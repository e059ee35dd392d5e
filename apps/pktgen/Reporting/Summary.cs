using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Pktgen.CommandLine;
using PollIO.Apps.Pktgen.Sending;

namespace PollIO.Apps.Pktgen.Reporting;

/// <summary>All there is to say at the end, for people and as JSON.</summary>
/// <param name="Options">The command line.</param>
/// <param name="Cores">Where the lcores ran.</param>
/// <param name="Ports">The ports, stopped.</param>
/// <param name="Totals">The reading after the stop: exact, and of the whole run.</param>
/// <param name="Run">The run and its measured part.</param>
/// <param name="Evenness">How the rate was kept.</param>
/// <param name="Recording">What was replayed, or null.</param>
internal sealed record Summary(
    Options Options, CorePlan Cores, IReadOnlyList<Port> Ports, Reading Totals, RunResult Run, Evenness Evenness, Recording? Recording)
{
    internal double BitsPerSecond => (Run.End.Total.TxBytes - Run.WarmedUp.Total.TxBytes) * 8 / Run.MeasuredSeconds;
}
