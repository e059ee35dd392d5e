namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>An lcore that forwards: its lanes, one burst each a poll.</summary>
internal readonly struct ForwardProcessor<TRewriter>(ForwardLane<TRewriter>[] lanes) : IPollProcessor
    where TRewriter : struct, IRewriter
{
    private readonly ForwardLane<TRewriter>[] _lanes = lanes;

    public bool IsCompleted => Array.TrueForAll(_lanes, static lane => lane.IsCompleted);

    public int Poll()
    {
        int moved = 0;
        foreach (ForwardLane<TRewriter> lane in _lanes)
        {
            moved += lane.Forward();
        }

        return moved;
    }
}
