namespace PollIO.Apps.Pktgen.CommandLine;

/// <summary>What <c>--help</c> and <c>--version</c> print.</summary>
internal static class HelpText
{
    internal const string Text =
        """
        pktgen: makes packets, or replays them, at a rate

        usage: pktgen --port SPEC [--port SPEC]... [options]

          --port SPEC         where to send: null:, ring:NAME, pcap:?tx=OUT,
                              af_packet:eth0; each port sends the whole of what follows
          --size SIZE         bytes of a frame without the 4 of the frame check
                              sequence: 64 (default), imix (60 or what the headers need,
                              590 and 1514 as 7:4:1), or a range, 64-1514, one size
                              after the other
          --rate RATE         of each port: max (default), packets as in 2.5Mpps, or
                              bits of those frames as in 1Gbps
          --count N           packets each port sends (default: no end)
          --duration SECONDS  how long to run (default: until --count or Ctrl-C)

        frames
          --protocol NAME     udp (default), tcp (ACK segments) or icmp (echo requests)
          --ipv6              IPv6 instead of IPv4
          --vlan ID           an 802.1Q tag, 0 to 4094
          --src-mac, --dst-mac MAC    default: the port's own; 02:00:00:00:00:NN,
                                      NN being the port's number
          --src-ip, --dst-ip ADDRESS  default 198.18.0.1 and .2, 2001:2::1 and ::2
          --src-port, --dst-port N    default 1024 and 9; of icmp the first is
                                      the identifier
          --flows N           flows, sent in turn (default 1)
          --vary LIST         what tells flows apart (default src-port): src-port,
                              dst-port, src-ip, dst-ip, src-mac, dst-mac; each counts
                              up by one from flow to flow
          --random SEED       scatters the values instead; flows stay distinct, and the
                              same seed gives the same ones
          --stamp             the payload begins with a stamp: 16 bits of port number,
                              48 of sequence number, 64 of time (ns since 1970)

        replay, instead of --size and frames
          --pcap FILE         the frames of a pcap or pcapng capture, at the times they
                              were recorded, or at --rate
          --speed FACTOR      how many times faster than recorded (default 1)
          --loop              again from the start, until --count, --duration or Ctrl-C

        lcores
          --cores LIST        CPUs, for example 1,2 or 1-3 (default: one for each port
                              and queue, the first CPU left free)
          --idle STRATEGY     when nothing is due: spin, pause or yield
          --queues N          queues of each port; they share its rate (default 1)
          --burst N           packets moved by one call, 1 to 512 (default 32)

          --interval SECONDS  time between live statistics (default 1; 0 for none)
          --json FILE         write the summary as a JSON object; - for standard output
          --help, --version

        A rate is kept by the CPU's time stamp counter: a sender that comes late catches
        up with at most 0.1 s; what it missed in a window of 10 ms it sends at once in
        that window, or 4% faster after it. The summary says how many windows were
        within 5% of the rate, and how far off the worst was. Nothing is sent before
        the links are up; it waits half a minute for them.
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    internal static string Version => $"pktgen {typeof(HelpText).Assembly.GetName().Version!.ToString(3)}";
}
