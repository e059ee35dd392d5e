namespace PollIO.SideBySide.Contests;

/// <summary>A forwarder that sends out of its one port what came in by it, and can put packets into circulation.</summary>
internal interface ICirculator : IForwarder
{
    /// <summary>Puts packets into circulation; the peer is there.</summary>
    /// <param name="bursts">Bursts, each as large as its calls.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task InjectAsync(int bursts, CancellationToken cancellation);
}
