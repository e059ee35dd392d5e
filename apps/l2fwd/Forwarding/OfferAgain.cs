namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary><c>--tx-retry</c>: offers refused packets again until the ring takes them or the time is over.</summary>
internal readonly struct OfferAgain(TimeSpan patience) : IRefusalPolicy
{
    public long Patience { get; } = (long)(patience.TotalSeconds * Tsc.Frequency);
}
