namespace PollIO.Pipelines;

/// <summary>Where code that awaits a packet pipe continues when it had to wait.</summary>
public enum PipeDelivery
{
    /// <summary>
    /// On the thread pool, or where <see cref="PacketPipeOptions.Scheduler"/> says. Waking a pool thread costs the polling core some
    /// microseconds (8 at the median, measured); it is paid once a wait, not once a packet.
    /// </summary>
    ThreadPool,

    /// <summary>On the lcore that runs a <see cref="PipeConsumer"/>: nobody is woken, the consumer polls.</summary>
    Consumer,
}
