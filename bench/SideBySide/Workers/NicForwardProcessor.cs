namespace PollIO.SideBySide.Workers;

/// <summary>Between two NICs, both ways.</summary>
internal readonly struct NicForwardProcessor(NicLane there, NicLane back) : IPollProcessor
{
    private readonly NicLane _there = there;
    private readonly NicLane _back = back;

    public bool IsCompleted => false;

    public int Poll() => _there.Forward() + _back.Forward();
}
