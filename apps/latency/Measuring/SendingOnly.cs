namespace PollIO.Apps.Latency.Measuring;

/// <summary>An lcore that sends.</summary>
internal readonly struct SendingOnly(Sender sender) : IPollProcessor
{
    private readonly Sender _sender = sender;

    public bool IsCompleted => _sender.IsFinished;

    public int Poll() => _sender.Send();
}
