namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Never waits. A constant to the JIT, which leaves everything about waiting out of the loop.</summary>
internal readonly struct DropAtOnce : IRefusalPolicy
{
    public long Patience => 0;
}
