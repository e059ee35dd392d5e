namespace PollIO.SideBySide.Contests;

/// <summary>The same work done by several contestants in turn. The first is PollIO; ratios are of it to each other.</summary>
/// <param name="Name">The name <c>--only</c> takes.</param>
/// <param name="Rows">The figures every contestant's sample has; one that lacks a figure is reported without it.</param>
/// <param name="Contestants">Who takes part.</param>
internal sealed record Contest(string Name, IReadOnlyList<Row> Rows, IReadOnlyList<IContestant> Contestants)
{
    /// <summary>Whether two cores talk, so that the figures depend on how far apart they are.</summary>
    public bool TwoCores { get; init; }

    /// <summary>Whether the kernel moves packets for the contestants, in interrupt time.</summary>
    public bool KernelWorks { get; init; }

    /// <summary>What tells it from others of its name, where there are any.</summary>
    public string? Label { get; init; }

    /// <summary>What it is called in reports: its label, its only row, or its name.</summary>
    internal string Title => Label ?? (Rows.Count == 1 ? Rows[0].Title : Name);

    /// <summary>Makes what all contestants need and returns what takes it away; null when they need nothing.</summary>
    public Func<IDisposable>? SetUp { get; init; }
}
