namespace PollIO.SideBySide.Contests;

/// <summary>One side of a contest.</summary>
internal interface IContestant
{
    /// <summary>Its name in reports.</summary>
    string Name { get; }

    /// <summary>Why it cannot take part, or null.</summary>
    string? Missing { get; }

    /// <summary>Runs once, in processes that have ended when it returns.</summary>
    /// <exception cref="PollIOException">It failed.</exception>
    Task<Sample> MeasureAsync(CancellationToken cancellation);
}
