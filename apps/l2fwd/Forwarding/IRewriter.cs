namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>What a mode does to received packets: implemented by structs, so that the lane is compiled for each and calls it directly.</summary>
internal interface IRewriter
{
    /// <summary>Rewrites packets in place, moves those to send to the front, in order, and frees the others.</summary>
    /// <returns>How many are to be sent.</returns>
    int Rewrite(Span<Packet> packets);
}
