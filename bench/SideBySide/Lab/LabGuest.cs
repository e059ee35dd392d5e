using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Machine;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Lab;

/// <summary>Boots the lab's guest, has it run the contests on NICs, and reads their results. Needs no root.</summary>
internal static class LabGuest
{
    private const int SecondsToBoot = 120;
    private const int SecondsToCompile = 90;
    private const int SecondsToStart = 20;

    /// <summary>Runs the contests on NICs that are asked for, if any, in one guest.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted; the guest is gone.</exception>
    internal static async Task<IReadOnlyList<ContestResult>> RunAsync(RunnerOptions options, Action<string> progress, CancellationToken cancellation)
    {
        Contest[] contests = [.. NicContests.Create(options)];
        if (contests.Length == 0)
        {
            return [];
        }

        double seconds = SecondsToBoot + (contests.Length * (SecondsToCompile + (2 * options.Pairs * (options.Warmup + options.Seconds + SecondsToStart))));
        progress($"{string.Join(", ", contests.Select(contest => contest.Title))}: in the lab's guest, {seconds / 60:F0} minutes at most");
        var watch = new LoadWatch();
        List<string> lines;
        try
        {
            lines = await BootAsync(options, TimeSpan.FromSeconds(seconds), cancellation);
        }
        catch (PollIOException e)
        {
            // What was measured outside the guest is still worth its report.
            lines = [e.Message];
        }

        // The guest's CPU is the host's: what disturbed the host disturbed every measurement.
        return Read(contests, lines, watch.Stop(kernelWorksForUs: false), options.MaxLoad);
    }

    /// <summary>Makes results of what the guest printed.</summary>
    /// <param name="contests">What it was to run, in this order.</param>
    /// <param name="lines">A line of JSON for each contest it ended, and other text.</param>
    /// <param name="load">What else the host did meanwhile.</param>
    /// <param name="maxLoad">The load from which measurements count as disturbed.</param>
    internal static IReadOnlyList<ContestResult> Read(IReadOnlyList<Contest> contests, IReadOnlyList<string> lines, Load load, double maxLoad)
    {
        LabResult[] told = [.. lines.Where(line => line.StartsWith('{')).Select(WorkerOutput.Read<LabResult>)];
        string lastWords = string.Join(" | ", lines.Where(line => !line.StartsWith('{')).TakeLast(5));
        return
        [
            .. contests.Select(contest => Array.Find(told, result => result.Title == contest.Title) is { } result
                ? new ContestResult(contest, [.. result.Measurements.Select(Judge)], result.Reasons)
                : new ContestResult(contest, [.. contest.Contestants.Select(_ => Array.Empty<Measurement>())], [.. contest.Contestants.Select(_ => $"the guest ended before it: {lastWords}")])),
        ];

        Measurement[] Judge(IReadOnlyList<Measurement> measurements) =>
            [.. measurements.Select(measurement => measurement with { Load = load, IsDisturbed = load.Exceeds(maxLoad) })];
    }

    private static async Task<List<string>> BootAsync(RunnerOptions options, TimeSpan limit, CancellationToken cancellation)
    {
        (string program, string[] arguments) = SelfProcess.Worker(
            null, "lab", "--only", string.Join(',', options.Only), "--pairs", Text(options.Pairs), "--seconds", Text(options.Seconds), "--warmup", Text(options.Warmup));
        string command = string.Join(' ', arguments.Prepend(program).Select(Quoted));
        using var wires = new SocketFolder();
        await using ChildProcess flood = StartFlood(wires.Folder);
        await using var guest = ChildProcess.Start(
            FindScript(),
            ["--shell", LabNics.Scenario, command],
            new("POLLIO_LAB_LIMIT", Text(Math.Ceiling(limit.TotalSeconds))),
            new(LabNics.WiresVariable, wires.Folder));
        await using CancellationTokenRegistration stop = cancellation.Register(() => ToolRunner.TryRun("kill", ["-TERM", Text(guest.Id)]));
        var lines = new List<string>();
        while (await guest.ReadLineAsync(limit + TimeSpan.FromSeconds(30), CancellationToken.None) is { } line)
        {
            lines.Add(line);
        }

        cancellation.ThrowIfCancellationRequested();
        return lines;
    }

    private static ChildProcess StartFlood(string folder)
    {
        (string program, string[] arguments) = SelfProcess.Worker(null, ["wire", .. LabNics.All.SelectMany(nics => (string[])["--to", Path.Combine(folder, nics.Wire)])]);
        return ChildProcess.Start(program, arguments);
    }

    private static string FindScript()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string script = Path.Combine(folder.FullName, "tests/lab/run.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new PollIOException("boot the lab's guest", "tests/lab/run.sh", "this program does not lie in a build of the repository");
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string argument) => $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
