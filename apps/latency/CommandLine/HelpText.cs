namespace PollIO.Apps.Latency.CommandLine;

/// <summary>What <c>--help</c> and <c>--version</c> print.</summary>
internal static class HelpText
{
    internal const string Text =
        """
        latency: sends stamped packets, receives them back, and says how long they took

        usage: latency --port SPEC [options]
               latency --tx SPEC --rx SPEC [options]

          --port SPEC         the port that sends and receives
          --tx, --rx SPEC     or two: what one sends, the other receives
          --rate RATE         packets as in 100kpps, or bits of frames as in 1Gbps
                              (default 10kpps)
          --size LIST         bytes of a frame without the 4 of the frame check
                              sequence, one run for each: 64 (default), 64,512,1514,
                              or rfc2544 (60,124,252,508,1020,1276,1514)
          --duration SECONDS  of each run, and of each trial of a search (default 10)
          --warmup SECONDS    sent first and not measured (default 1; 0 for none)
          --wait SECONDS      how long a packet may take before it counts as lost
                              (default 1)

        search, for the highest rate up to --rate (RFC 2544 section 26.1)
          --ndr               at which no packet is lost
          --pdr PERCENT       at which at most so many are, for example 0.1
          --resolution PCT    ends when so near, in percent of --rate (default 1)

        frames are UDP over IPv4
          --ipv6              over IPv6
          --vlan ID           with an 802.1Q tag, 0 to 4094
          --dst-mac MAC       destination (default: the receiving port's address)

        output
          --plot FILE         draw latency by percentile, an SVG file
          --json FILE         write the summary as a JSON object; - for standard output

        lcores
          --cores LIST        one CPU that sends and receives (default), or two: the
                              first sends, the second receives
          --idle STRATEGY     when nothing is to do: spin, pause or yield
          --burst N           packets moved by one call, 1 to 512 (default 32)
          --help, --version

        Nothing is sent before the links are up; it waits half a minute for them.
        Latency counts from the moment a packet was due to be sent, whether or not it
        could be: a pause in the loop is seen by every packet it held up or held back
        (no coordinated omission). Percentiles have three significant digits.
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    internal static string Version => $"latency {typeof(HelpText).Assembly.GetName().Version!.ToString(3)}";
}
