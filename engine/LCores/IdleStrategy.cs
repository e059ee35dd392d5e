namespace PollIO;

/// <summary>What an lcore does when a poll found nothing.</summary>
public enum IdleStrategy
{
    /// <summary>Polls again at once: lowest latency.</summary>
    Spin,

    /// <summary>Executes a pause instruction, which leaves more of the core to its sibling thread.</summary>
    Pause,

    /// <summary>Offers the CPU to other threads; what <see cref="Spin"/> and <see cref="Pause"/> do too while lcores share the CPU.</summary>
    Yield,

    /// <summary>Sleeps until a queue of <see cref="LCoreOptions.InterruptQueues"/> has packets, after some idle polls.</summary>
    Interrupt,
}
