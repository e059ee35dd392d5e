namespace PollIO.Apps.Latency.Measuring;

/// <summary>An lcore that sends and receives; receiving comes first, so that a packet in the ring waits for no other.</summary>
internal readonly struct BothWays(Sender sender, Receiver receiver) : IPollProcessor
{
    private readonly Sender _sender = sender;
    private readonly Receiver _receiver = receiver;

    public bool IsCompleted => false;

    public int Poll() => _receiver.Receive() + _sender.Send();
}
