namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Mode <c>io</c>: packets pass untouched.</summary>
internal readonly struct IoRewriter : IRewriter
{
    public int Rewrite(Span<Packet> packets) => packets.Length;
}
