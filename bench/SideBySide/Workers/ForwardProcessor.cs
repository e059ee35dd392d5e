namespace PollIO.SideBySide.Workers;

/// <summary>Both directions of a forwarder, one burst each a poll.</summary>
/// <remarks>
/// The two are written out: in a loop over an array each instruction meets the two lanes' queues in turn, and the CPU forwards
/// stores to loads by the place in the code, which then never settles. At burst 1 the loop costs a fifth more.
/// </remarks>
internal readonly struct ForwardProcessor(ForwardLane there, ForwardLane back) : IPollProcessor
{
    private readonly ForwardLane _there = there;
    private readonly ForwardLane _back = back;

    public bool IsCompleted => false;

    public int Poll() => _there.Forward() + _back.Forward();
}
