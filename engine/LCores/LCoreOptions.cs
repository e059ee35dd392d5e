namespace PollIO;

/// <summary>How an lcore runs.</summary>
public sealed record LCoreOptions
{
    /// <summary>The CPU it is pinned to.</summary>
    public required int Cpu { get; init; }

    /// <summary>Name of its thread.</summary>
    public string Name { get; init; } = "lcore";

    /// <summary>What it does when a poll found nothing.</summary>
    public IdleStrategy Idle { get; init; } = IdleStrategy.Spin;

    /// <summary>The queues whose packets end an interrupt wait; each needs an <see cref="RxQueue.InterruptDescriptor"/>.</summary>
    public IReadOnlyList<RxQueue> InterruptQueues { get; init; } = [];

    /// <summary>Priority under SCHED_FIFO, 1 to 99, or 0 for the ordinary scheduler. Refused unless a CPU remains without one.</summary>
    public int RealtimePriority { get; init; }
}
