namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>An lcore that receives only.</summary>
internal readonly struct ReceiveProcessor(ReceiveLane[] lanes) : IPollProcessor
{
    private readonly ReceiveLane[] _lanes = lanes;

    public bool IsCompleted => Array.TrueForAll(_lanes, static lane => lane.IsCompleted);

    public int Poll()
    {
        int moved = 0;
        foreach (ReceiveLane lane in _lanes)
        {
            moved += lane.Receive();
        }

        return moved;
    }
}
