namespace PollIO.SideBySide.Workers;

/// <summary>Both directions of a forwarder, one burst each a poll.</summary>
internal readonly struct ForwardProcessor(ForwardLane[] lanes) : IPollProcessor
{
    private readonly ForwardLane[] _lanes = lanes;

    public bool IsCompleted => false;

    public int Poll()
    {
        int moved = 0;
        foreach (ForwardLane lane in _lanes)
        {
            moved += lane.Forward();
        }

        return moved;
    }
}
