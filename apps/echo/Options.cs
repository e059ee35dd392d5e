using PollIO.Apps.Common.CommandLine;

namespace PollIO.Apps.Echo;

/// <summary>What the command line asks for.</summary>
internal sealed record Options(string Port, int Cpu, ushort UdpPort, string? Json)
{
    private const string Help =
        """
        echo: answers UDP datagrams to one port, ARP and ping, for every address

        usage: echo --port SPEC [--cpu N] [--udp-port N] [--json FILE]

          --port SPEC     a port, for example af_packet:eth0
          --cpu N         the CPU to poll on (default: the last)
          --udp-port N    the UDP port that answers (default 7)
          --json FILE     write the summary as a JSON object; - for standard output
          --help, --version

        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    /// <summary>Reads the arguments; null when help or the version was asked for, and <paramref name="answer"/> is it.</summary>
    internal static Options? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        int lastCpu = CpuSet.GetCurrent()[^1];
        var options = new Options("", lastCpu, UdpPort: 7, Json: null);
        string? asked = null;
        var table = new OptionTable();
        table.AddValue("--port", "a port spec, for example af_packet:eth0", value => options = options with { Port = OptionValues.Spec("--port", value) });
        table.AddValue("--cpu", "a CPU number", value => options = options with { Cpu = OptionValues.Number("--cpu", value, 0, lastCpu) });
        table.AddValue("--udp-port", "a number", value => options = options with { UdpPort = (ushort)OptionValues.Number("--udp-port", value, 1, ushort.MaxValue) });
        table.AddValue("--json", "a file, or - for standard output", value => options = options with { Json = value });
        table.AddFlag("--help", () => asked ??= Help);
        table.AddFlag("-h", () => asked ??= Help);
        table.AddFlag("--version", () => asked ??= "echo 0.1.0");
        table.Read(arguments);
        answer = asked ?? "";
        return asked != null ? null : options.Port.Length != 0 ? options : throw new UsageException("--port SPEC is missing, for example --port af_packet:eth0");
    }
}
