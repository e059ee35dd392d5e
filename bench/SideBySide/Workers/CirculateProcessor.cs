namespace PollIO.SideBySide.Workers;

/// <summary>One burst a poll, there and back.</summary>
internal readonly struct CirculateProcessor(CirculateLane lane) : IPollProcessor
{
    private readonly CirculateLane _lane = lane;

    public bool IsCompleted => false;

    public int Poll() => _lane.Poll();
}
