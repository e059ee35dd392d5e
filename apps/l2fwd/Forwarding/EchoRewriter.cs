using PollIO.Wire;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>
/// Mode <c>icmpecho</c>: turns ARP requests, neighbour solicitations and pings for any address into their answers, and frees
/// everything else.
/// </summary>
/// <param name="address">The Ethernet address the answers come from.</param>
internal readonly struct EchoRewriter(MacAddress address) : IRewriter
{
    private readonly MacAddress _address = address;

    public int Rewrite(Span<Packet> packets)
    {
        int kept = 0;
        foreach (Packet packet in packets)
        {
            if (EchoResponder.TryAnswer(packet, _address))
            {
                packets[kept++] = packet;
            }
            else
            {
                packet.Free();
            }
        }

        return kept;
    }
}
