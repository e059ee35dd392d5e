namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>Calls a delegate that handles a whole burst: one indirect call a burst, in every way compared.</summary>
internal readonly struct PollProcessor(Func<int> poll) : IPollProcessor
{
    private readonly Func<int> _poll = poll;

    public bool IsCompleted => false;

    public int Poll() => _poll();
}
