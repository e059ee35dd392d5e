namespace PollIO.SideBySide.Contests;

/// <summary>A running forwarder. Disposing it ends its process.</summary>
internal interface IForwarder : IAsyncDisposable
{
    /// <summary>Begins the measured part.</summary>
    Task BeginAsync(CancellationToken cancellation);

    /// <summary>Ends the measured part.</summary>
    /// <returns>What was moved in it, by the forwarder's own clock.</returns>
    Task<ForwardRates> EndAsync(CancellationToken cancellation);
}
