namespace PollIO.Pmd.Interop;

/// <summary>What wakes an lcore that sleeps. Called as it goes to sleep and wakes up, not per packet.</summary>
internal interface IWakeUp
{
    /// <summary>The descriptor to wait on: readable once there is something to wake up for.</summary>
    int Descriptor { get; }

    /// <summary>Makes it readable.</summary>
    void Signal();

    /// <summary>Makes it unreadable until there is something new.</summary>
    void Take();
}
