using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Lab;

namespace PollIO.SideBySide.Contests;

/// <summary>One side on NICs of the lab's guest.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="options">Warm-up and duration.</param>
/// <param name="floodedBy">PCI address of the NIC whose frames it receives, or null.</param>
/// <param name="sends">Whether the figure is of packets sent, or else of packets received.</param>
/// <param name="start">Starts it.</param>
/// <param name="warmUpAsync">What it needs before its warm-up.</param>
internal sealed class NicContestant(
    string name, RunnerOptions options, string? floodedBy, bool sends, Func<IForwarder> start, Func<CancellationToken, Task> warmUpAsync) : IContestant
{
    public string Name => name;

    public string? Missing => null;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        await using IForwarder side = start();
        await side.BeginAsync(cancellation);
        await using KernelFlood? flood = floodedBy is null ? null : await KernelFlood.StartAsync(floodedBy, cancellation);
        await warmUpAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Warmup), cancellation);
        long offeredBefore = flood?.Sent ?? 0;
        await side.BeginAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        ForwardRates rates = await side.EndAsync(cancellation);
        var values = new Dictionary<string, double> { [NicContests.Rate] = sends ? rates.TxPerSecond : rates.RxPerSecond };
        if (rates.CyclesPerPacket is { } cycles)
        {
            values[NicContests.Cycles] = cycles;
        }

        var evidence = new Dictionary<string, double>();
        if (flood is not null)
        {
            evidence["offered, by pktgen"] = (flood.Sent - offeredBefore) / options.Seconds;
        }

        return new Sample(values) { AllocatedBytes = rates.AllocatedBytes, Collections = rates.Collections, Evidence = evidence };
    }
}
