namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>The generator's lcore.</summary>
internal readonly struct GeneratorProcessor(GeneratorLane lane) : IPollProcessor
{
    private readonly GeneratorLane _lane = lane;

    public bool IsCompleted => _lane.IsFinished;

    public int Poll() => _lane.Receive() + _lane.Send();
}
