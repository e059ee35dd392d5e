using PollIO.Apps.Common.CommandLine;
using PollIO.Capture;

namespace PollIO.Apps.Tools.Capture;

/// <summary>Turns arguments into <see cref="CaptureOptions"/>.</summary>
internal static class CaptureOptionParser
{
    private const string Help =
        """
        pollio capture: writes a running application's packets to a file or a pipe

        usage: pollio capture --pid N [options]

          --pid N             the process; yours, or any when you are root
          --port PORT         a port by its spec or number; repeatable (default: all)
          --filter EXPRESSION what to capture, in tcpdump's language (needs libpcap)
          -w FILE             the pcapng file; - for standard output (default -)
          --snaplen N         bytes kept of a packet, 1 to 262144 (default 262144)
          --count N           end after N packets
          --duration SECONDS  end after this time (default: until Ctrl-C, or until the
                              application ends)
          --help

        The application pays nothing until a capture is attached. A reader that is too
        slow loses packets from the capture, which are counted, and never holds up the
        application. Live: pollio capture --pid N | tshark -i -
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static CaptureOptions? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        var options = new CaptureOptions();
        List<string> ports = [];
        bool help = false;
        var table = new OptionTable();
        table.AddValue("--pid", "a process number", value => options = options with { ProcessId = OptionValues.Number("--pid", value, 1, int.MaxValue) });
        table.AddValue("--port", "a port's spec or number", ports.Add, repeatable: true);
        table.AddValue("--filter", "an expression, for example 'udp port 53'", value => options = options with { Filter = value });
        table.AddValue("-w", "a file, or - for standard output", value => options = options with { File = value });
        table.AddValue(
            "--snaplen",
            "a number",
            value => options = options with { SnapLength = OptionValues.Number("--snaplen", value, 1, PcapngWriter.MaxCapturedLength) });
        table.AddValue("--count", "a number", value => options = options with { Count = OptionValues.LongNumber("--count", value, 1, long.MaxValue) });
        table.AddValue("--duration", "seconds", value => options = options with { Duration = OptionValues.Seconds("--duration", value) });
        table.AddFlag("--help", () => help = true);
        table.AddFlag("-h", () => help = true);
        table.Read(arguments);
        answer = Help;
        if (help)
        {
            return null;
        }

        return options.ProcessId == 0
            ? throw new UsageException("--pid is missing: which process is to be captured?")
            : options with { Ports = ports };
    }
}
