using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>A forwarder with one port, measured by the latency app at the other end of a vhost-user socket.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="options">Warm-up, duration and CPUs.</param>
/// <param name="rate">What the app sends.</param>
/// <param name="keys">Numbers of the app's summary that are the figures.</param>
/// <param name="isDriver">Whether the forwarder is the driver, which connects; the device listens and has to be there first.</param>
/// <param name="sourcePort">The app's port on a socket.</param>
/// <param name="start">Starts the forwarder on a socket.</param>
internal sealed class LatencyContestant(
    string name,
    string? missing,
    RunnerOptions options,
    string rate,
    IEnumerable<string> keys,
    bool isDriver,
    Func<string, string> sourcePort,
    Func<string, ChildProcess> start) : IContestant
{
    private static readonly TimeSpan s_startAndEnd = TimeSpan.FromSeconds(60);

    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        using var socket = new SocketFolder();
        if (isDriver)
        {
            await using ChildProcess source = StartSource(socket.Path);
            await socket.WaitAsync(cancellation);
            await using ChildProcess forwarder = start(socket.Path);
            return await ReadAsync(source, forwarder, cancellation);
        }
        else
        {
            await using ChildProcess forwarder = start(socket.Path);
            await socket.WaitAsync(cancellation);
            await using ChildProcess source = StartSource(socket.Path);
            return await ReadAsync(source, forwarder, cancellation);
        }
    }

    private ChildProcess StartSource(string path) => AppProgram.Start(
        null, "latency", "--port", sourcePort(path), "--rate", rate, "--duration", Text(options.Seconds), "--warmup", Text(options.Warmup), "--cores", Text(options.SideCpu),
        "--idle", "spin");

    private async Task<Sample> ReadAsync(ChildProcess source, ChildProcess forwarder, CancellationToken cancellation)
    {
        TimeSpan timeout = s_startAndEnd + TimeSpan.FromSeconds(options.Seconds + options.Warmup);
        AppSummary latency = await AppSummary.ReadAsync(source, timeout, cancellation);
        long allocated = latency.AllocatedBytes;
        int collections = latency.Collections;
        forwarder.Terminate();
        if (name == "PollIO")
        {
            AppSummary own = await AppSummary.ReadAsync(forwarder, s_startAndEnd, cancellation);
            (allocated, collections) = (allocated + own.AllocatedBytes, collections + own.Collections);
        }

        return new Sample(keys.ToDictionary(key => key, latency.Number))
        {
            AllocatedBytes = allocated,
            Collections = collections,
            Evidence = new Dictionary<string, double>
            {
                ["packets sent"] = latency.Number("sent"),
                ["lost"] = latency.Number("lost"),
                ["longest, µs"] = latency.Number("maxUs"),
            },
        };
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
