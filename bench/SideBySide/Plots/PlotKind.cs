namespace PollIO.SideBySide.Plots;

/// <summary>A picture of the report.</summary>
/// <param name="File">Its file, without folder.</param>
/// <param name="Title">What stands above.</param>
/// <param name="Horizontal">What the categories are, with their unit.</param>
/// <param name="Vertical">What the values are, with their unit.</param>
internal sealed record PlotKind(string File, string Title, string Horizontal, string Vertical)
{
    private const string Bursts = "most packets a call (burst)";
    private const string Rate = "rate (million packets a second)";

    /// <summary>Whether the values' axis is logarithmic.</summary>
    internal bool IsLogarithmic { get; private init; }

    /// <summary>Packets a second by burst.</summary>
    /// <param name="name">Name of the contest in the file's.</param>
    /// <param name="title">The contest, for people.</param>
    internal static PlotKind RateByBurst(string name, string title) => new($"{name}-rate-by-burst.svg", $"{title}: rate by burst", Bursts, Rate);

    /// <summary>Packets a second by the size of frames.</summary>
    internal static PlotKind RateBySize(string name, string title) =>
        new($"{name}-rate-by-size.svg", $"{title}: rate by frame size", "frame size without check sequence (bytes)", Rate);

    /// <summary>Cycles by burst.</summary>
    internal static PlotKind CyclesByBurst(string name, string title) =>
        new($"{name}-cycles-by-burst.svg", $"{title}: cost by burst", Bursts, "TSC cycles a packet");

    /// <summary>Packets a second by what is done with them.</summary>
    internal static PlotKind RateByMode(string name, string title) => new($"{name}-rate-by-mode.svg", $"{title}: rate by forwarding mode", "forwarding mode", Rate);

    /// <summary>Microseconds by percentile.</summary>
    internal static PlotKind Latency(string name, string title) =>
        new($"{name}-latency.svg", $"{title}: latency by percentile", "percentile of the packets", "latency (µs)") { IsLogarithmic = true };
}
