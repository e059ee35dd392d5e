namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>An lcore that forwards: its lanes, one burst each a poll.</summary>
internal readonly struct ForwardProcessor<TRewriter, TPolicy>(ForwardLane<TRewriter, TPolicy>[] lanes) : IPollProcessor
    where TRewriter : struct, IRewriter
    where TPolicy : struct, IRefusalPolicy
{
    private readonly ForwardLane<TRewriter, TPolicy>[] _lanes = lanes;

    public bool IsCompleted => Array.TrueForAll(_lanes, static lane => lane.IsCompleted);

    public int Poll()
    {
        int moved = 0;
        foreach (ForwardLane<TRewriter, TPolicy> lane in _lanes)
        {
            moved += lane.Forward();
        }

        return moved;
    }
}
