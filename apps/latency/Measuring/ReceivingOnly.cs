namespace PollIO.Apps.Latency.Measuring;

/// <summary>An lcore that receives.</summary>
internal readonly struct ReceivingOnly(Receiver receiver) : IPollProcessor
{
    private readonly Receiver _receiver = receiver;

    public bool IsCompleted => false;

    public int Poll() => _receiver.Receive();
}
