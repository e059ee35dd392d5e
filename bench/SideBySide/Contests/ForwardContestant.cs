using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Contests;

/// <summary>A forwarder, started, warmed up and measured.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="options">Warm-up and duration.</param>
/// <param name="start">Starts it.</param>
/// <param name="toSample">Makes a sample of its rates.</param>
internal sealed class ForwardContestant(
    string name, string? missing, RunnerOptions options, Func<IForwarder> start, Func<ForwardRates, Sample> toSample) : IContestant
{
    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        await using IForwarder forwarder = start();

        // The first answer says that it forwards; what comes before the second does not count.
        await forwarder.BeginAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Warmup), cancellation);
        await forwarder.BeginAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        ForwardRates rates = await forwarder.EndAsync(cancellation);
        return toSample(rates) with { AllocatedBytes = rates.AllocatedBytes, Collections = rates.Collections };
    }
}
