namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>An lcore that sends only; it has no end of its own.</summary>
internal readonly struct TransmitProcessor(TransmitLane[] lanes) : IPollProcessor
{
    private readonly TransmitLane[] _lanes = lanes;

    public bool IsCompleted => false;

    public int Poll()
    {
        int moved = 0;
        foreach (TransmitLane lane in _lanes)
        {
            moved += lane.Transmit();
        }

        return moved;
    }
}
