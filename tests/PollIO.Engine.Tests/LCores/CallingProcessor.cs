namespace PollIO.Tests.LCores;

/// <summary>Calls a delegate, and ends when the probe says so.</summary>
internal readonly struct CallingProcessor(Probe probe, Func<int>? poll = null) : IPollProcessor
{
    public bool IsCompleted => Volatile.Read(ref probe.Completed);

    public int Poll()
    {
        if (probe.ThreadId == 0)
        {
            Volatile.Write(ref probe.ThreadId, SystemCalls.ThreadId);
        }

        Volatile.Write(ref probe.Polls, probe.Polls + 1);
        return poll?.Invoke() ?? 0;
    }
}
