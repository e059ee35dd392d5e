using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Contests;

/// <summary>One side on NICs of the lab's guest.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="options">Warm-up and duration.</param>
/// <param name="sends">Whether the figure is of packets sent, or else of packets received.</param>
/// <param name="start">Starts it.</param>
/// <param name="warmUpAsync">What it needs before its warm-up.</param>
internal sealed class NicContestant(
    string name, RunnerOptions options, bool sends, Func<IForwarder> start, Func<CancellationToken, Task> warmUpAsync) : IContestant
{
    public string Name => name;

    public string? Missing => null;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        await using IForwarder side = start();
        await side.BeginAsync(cancellation);
        await warmUpAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Warmup), cancellation);
        await side.BeginAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        ForwardRates rates = await side.EndAsync(cancellation);
        var values = new Dictionary<string, double> { [NicContests.Rate] = sends ? rates.TxPerSecond : rates.RxPerSecond };
        if (rates.CyclesPerPacket is { } cycles)
        {
            values[NicContests.Cycles] = cycles;
        }

        return new Sample(values) { AllocatedBytes = rates.AllocatedBytes, Collections = rates.Collections };
    }
}
