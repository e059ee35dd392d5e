namespace PollIO.SideBySide.Workers;

/// <summary>Receives and frees, as testpmd's rxonly does.</summary>
internal readonly struct NicReceiveProcessor(NicLane lane) : IPollProcessor
{
    private readonly NicLane _lane = lane;

    public bool IsCompleted => false;

    public int Poll() => _lane.Receive();
}
