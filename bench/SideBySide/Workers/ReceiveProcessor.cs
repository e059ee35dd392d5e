namespace PollIO.SideBySide.Workers;

/// <summary>Receives and frees, as testpmd's rxonly does.</summary>
internal readonly struct ReceiveProcessor(ForwardLane lane) : IPollProcessor
{
    private readonly ForwardLane _lane = lane;

    public bool IsCompleted => false;

    public int Poll() => _lane.ReceiveAndFree();
}
