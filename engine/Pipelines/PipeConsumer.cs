namespace PollIO.Pipelines;

/// <summary>
/// What a dedicated consumer lcore does for pipes of <see cref="PipeDelivery.Consumer"/>: it looks for reads and flushes that can end, and
/// runs the code that awaits them, there and then. Nobody is woken.
/// </summary>
/// <remarks>
/// Awaiting code stays on the lcore, and so does what awaits that code, until something moves it (<c>await Task.Yield()</c>): control calls
/// on ports, which lcores may not make, come after that. An exception that leaves awaiting code is its task's own, as everywhere. The lcore runs
/// until it is stopped.
/// </remarks>
public readonly struct PipeConsumer : IPollProcessor
{
    private readonly WakeUp[] _wakeUps;

    /// <summary>Serves <paramref name="pipes"/>.</summary>
    /// <exception cref="ArgumentException">A pipe was made for another delivery.</exception>
    public PipeConsumer(IEnumerable<PacketPipe> pipes)
    {
        ArgumentNullException.ThrowIfNull(pipes);
        _wakeUps = [.. pipes.SelectMany(pipe => new[] { pipe.Input.WakeUp, pipe.Output.WakeUp })];
        if (!Array.TrueForAll(_wakeUps, wakeUp => wakeUp.IsPolled))
        {
            throw new ArgumentException("a pipe's delivery is not PipeDelivery.Consumer", nameof(pipes));
        }
    }

    /// <inheritdoc/>
    public bool IsCompleted => false;

    /// <inheritdoc/>
    /// <returns>Operations that ended.</returns>
    public int Poll()
    {
        int ended = 0;
        foreach (WakeUp wakeUp in _wakeUps)
        {
            ended += wakeUp.Poll() ? 1 : 0;
        }

        return ended;
    }
}
