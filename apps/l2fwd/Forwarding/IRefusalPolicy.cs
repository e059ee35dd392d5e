namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>What becomes of packets that a full TX ring refuses.</summary>
internal interface IRefusalPolicy
{
    /// <summary>For how many TSC ticks they are offered again before they are dropped; 0 drops them at once.</summary>
    long Patience { get; }
}
