using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>Packets from a polling core to code that reads them: the packet reader, and the other ways to do the same work.</summary>
internal static class PipelinesContests
{
    internal static Contest Create(RunnerOptions options) => new(
        "pipelines",
        [
            new Row("rate", "pipelines, packets", "Mpps", HigherIsBetter: true),
            new Row("p50", "pipelines, age p50", "µs", HigherIsBetter: false),
            new Row("p99", "pipelines, age p99", "µs", HigherIsBetter: false),
            new Row("p999", "pipelines, age p99.9", "µs", HigherIsBetter: false),
        ],
        [
            Way(options, "reader, two cores", "reader"),
            Way(options, "bursts, two cores", "burst"),
            Way(options, "reader, one core", "one-core"),
            Way(options, "Pipe, copied", "copy"),
            Way(options, "kernel socket", "socket"),
        ])
    {
        TwoCores = true,
        KernelWorks = true,
    };

    private static ProgramContestant Way(RunnerOptions options, string name, string way) =>
        new(name, null, TimeSpan.FromSeconds(options.Seconds + options.Warmup + 20), () => SelfProcess.Worker(
            null, "pipelines", "--way", way, "--seconds", Text(options.Seconds), "--warmup", Text(options.Warmup), "--put-cpu", Text(options.SideCpu), "--take-cpu", Text(options.WorkCpu)));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
