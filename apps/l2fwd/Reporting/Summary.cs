using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Capture;

namespace PollIO.Apps.L2fwd.Reporting;

/// <summary>All there is to say at the end, for people and as JSON.</summary>
/// <param name="Options">The command line.</param>
/// <param name="Cores">Where the lcores ran.</param>
/// <param name="Ports">The ports, stopped.</param>
/// <param name="Totals">The reading after the stop: exact, and of the whole run.</param>
/// <param name="Run">The run and its measured part.</param>
/// <param name="Generator">What the generator saw, in the embedded run.</param>
/// <param name="Capture">The capture, closed, or null.</param>
internal sealed record Summary(
    Options Options, CorePlan Cores, IReadOnlyList<Port> Ports, Reading Totals, RunResult Run, GeneratorReport? Generator, PacketCapture? Capture);
