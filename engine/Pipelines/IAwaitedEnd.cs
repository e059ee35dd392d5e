namespace PollIO.Pipelines;

/// <summary>The end of a pipe that application code awaits.</summary>
internal interface IAwaitedEnd
{
    /// <summary>Whether the pending operation may be able to end. Asked by any thread, after it saw the wake-up armed.</summary>
    bool MayProceed { get; }

    /// <summary>Ends the pending operation, or waits on. Called by one thread: the one that took the arming.</summary>
    void Resume();
}
