using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Network;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// A forwarder or receiver on veth interfaces, under a flood from the other core that is the same for every contestant. Beside what
/// it says of itself stand the kernel's counters: what was offered to its interface, and what came out at the other end.
/// </summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="options">Warm-up, duration and CPUs.</param>
/// <param name="lab">The namespaces.</param>
/// <param name="forwards">Whether packets are to reach the sink; otherwise they end in the contestant.</param>
/// <param name="start">Starts it.</param>
internal sealed class FloodedContestant(
    string name, string? missing, RunnerOptions options, Func<VethLab> lab, bool forwards, Func<VethLab, IForwarder> start) : IContestant
{
    internal const string Key = "pps";

    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        VethLab namespaces = lab();
        await using IForwarder forwarder = start(namespaces);
        await forwarder.BeginAsync(cancellation);
        (string program, string[] arguments) = SelfProcess.Worker(
            namespaces.Generator, "flood", "--port", $"af_packet:{VethLab.GeneratorInterface}", "--cpu", options.SideCpu.ToString(CultureInfo.InvariantCulture));
        await using var flood = ChildProcess.Start(program, arguments);
        await Task.Delay(s_settle + TimeSpan.FromSeconds(options.Warmup), cancellation);

        InterfaceCounters offeredBefore = InterfaceCounters.Read(namespaces.Engine, VethLab.EngineInterface0);
        InterfaceCounters reachedBefore = InterfaceCounters.Read(namespaces.Sink, VethLab.SinkInterface);
        await forwarder.BeginAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        ForwardRates rates = await forwarder.EndAsync(cancellation);
        double offered = InterfaceCounters.Read(namespaces.Engine, VethLab.EngineInterface0).RxPerSecondSince(offeredBefore);
        double reached = InterfaceCounters.Read(namespaces.Sink, VethLab.SinkInterface).RxPerSecondSince(reachedBefore);

        var evidence = new Dictionary<string, double>
        {
            ["offered, by the kernel"] = offered,
            ["received, by itself"] = rates.RxPerSecond,
        };
        if (forwards)
        {
            evidence["sent, by itself"] = rates.TxPerSecond;
        }

        return new Sample(new Dictionary<string, double> { [Key] = forwards ? reached : rates.RxPerSecond })
        {
            AllocatedBytes = rates.AllocatedBytes,
            Collections = rates.Collections,
            Evidence = evidence,
        };
    }
}
