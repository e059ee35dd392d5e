using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>The pktgen application, sending through a null port as fast as it can.</summary>
/// <param name="options">Warm-up, duration and CPUs.</param>
/// <param name="burst">Most packets a call.</param>
/// <param name="frameSize">Bytes of a frame.</param>
/// <param name="key">The row of its rate.</param>
internal sealed class PktgenContestant(RunnerOptions options, int burst, int frameSize, string key) : IContestant
{
    private static readonly TimeSpan s_startAndEnd = TimeSpan.FromSeconds(30);

    public string Name => "PollIO";

    public string? Missing => null;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        // Its own warm-up is the first second, or the first half of less than two.
        double seconds = Math.Max(options.Seconds + options.Warmup, options.Seconds + 1);
        await using ChildProcess process = AppProgram.Start(
            null, "pktgen", "--port", "null:", "--rate", "max", "--size", Text(frameSize), "--burst", Text(burst),
            "--cores", Text(options.WorkCpu), "--idle", "spin", "--duration", Text(seconds), "--interval", "0");
        AppSummary summary = await AppSummary.ReadAsync(process, s_startAndEnd + TimeSpan.FromSeconds(seconds), cancellation);
        return new Sample(new Dictionary<string, double> { [key] = summary.Number("txPps") })
        {
            AllocatedBytes = summary.AllocatedBytes,
            Collections = summary.Collections,
            Evidence = new Dictionary<string, double> { ["TSC cycles a packet"] = summary.Number("cyclesPerPacket") },
        };
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
