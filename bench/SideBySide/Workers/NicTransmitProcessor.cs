namespace PollIO.SideBySide.Workers;

/// <summary>Makes packets and sends them, as testpmd's txonly does.</summary>
internal readonly struct NicTransmitProcessor(NicLane lane) : IPollProcessor
{
    private readonly NicLane _lane = lane;

    public bool IsCompleted => false;

    public int Poll() => _lane.Send();
}
