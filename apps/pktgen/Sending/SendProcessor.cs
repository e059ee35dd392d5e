namespace PollIO.Apps.Pktgen.Sending;

/// <summary>An lcore that sends; it ends when its lanes have.</summary>
internal readonly struct SendProcessor<TSource>(SourcedLane<TSource>[] lanes) : IPollProcessor
    where TSource : struct, IFrameSource
{
    private readonly SourcedLane<TSource>[] _lanes = lanes;

    public bool IsCompleted => Array.TrueForAll(_lanes, lane => lane.IsFinished);

    public int Poll()
    {
        int sent = 0;
        foreach (SourcedLane<TSource> lane in _lanes)
        {
            sent += lane.Send();
        }

        return sent;
    }
}
