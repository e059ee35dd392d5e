using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Traffic;
using PollIO.Wire;

namespace PollIO.Apps.Pktgen.CommandLine;

/// <summary>Turns arguments into <see cref="Options"/>.</summary>
internal static class OptionParser
{
    private static readonly string[] s_protocols = ["udp", "tcp", "icmp"];

    private static readonly (string Name, Field Field)[] s_fields =
    [
        ("src-port", Field.SourcePort),
        ("dst-port", Field.DestinationPort),
        ("src-ip", Field.SourceAddress),
        ("dst-ip", Field.DestinationAddress),
        ("src-mac", Field.SourceMac),
        ("dst-mac", Field.DestinationMac),
    ];

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help or the version was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static Options? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        var options = new Options();
        List<string> ports = [];
        var frames = new FrameOptions();
        string? asked = null;

        var table = new OptionTable();
        table.AddValue("--port", "a port spec, for example af_packet:eth0", value => ports.Add(OptionValues.Spec("--port", value)), repeatable: true);
        table.AddValue("--size", "bytes, a range or imix", value => options = options with { SizeText = value, Sizes = SizePlan.Parse("--size", value) });
        table.AddValue("--rate", "a rate, for example 2.5Mpps", value => options = options with { Rate = Rate.Parse("--rate", value) });
        table.AddValue("--count", "a number", value => options = options with { Count = OptionValues.LongNumber("--count", value, 1, long.MaxValue) });
        table.AddValue("--duration", "seconds", value => options = options with { Duration = OptionValues.Seconds("--duration", value) });
        table.AddValue("--protocol", "udp, tcp or icmp", value => frames.Recipe = frames.Recipe with { Protocol = ProtocolOf(value) });
        table.AddFlag("--ipv6", () => frames.IPv6 = true);
        table.AddValue("--vlan", "a number", value => frames.Recipe = frames.Recipe with { Vlan = OptionValues.Number("--vlan", value, 0, 4094) });
        table.AddValue("--src-mac", "an address", value => options = options with { SourceMac = Mac("--src-mac", value) });
        table.AddValue("--dst-mac", "an address", value => options = options with { DestinationMac = Mac("--dst-mac", value) });
        table.AddValue("--src-ip", "an address", value => frames.SetAddress("--src-ip", value, isSource: true));
        table.AddValue("--dst-ip", "an address", value => frames.SetAddress("--dst-ip", value, isSource: false));
        table.AddValue("--src-port", "a number", value => frames.Recipe = frames.Recipe with { SourcePort = PortNumber("--src-port", value) });
        table.AddValue("--dst-port", "a number", value =>
        {
            frames.Recipe = frames.Recipe with { DestinationPort = PortNumber("--dst-port", value) };
            frames.HasDestinationPort = true;
        });
        table.AddValue("--flows", "a number", value => frames.Flows = OptionValues.Number("--flows", value, 1, FlowPlan.MaxCount));
        table.AddValue("--vary", "one or more of " + FieldNames, value => frames.Fields = Fields(value));
        table.AddValue("--random", "a seed, any number", value => frames.Seed = (uint)OptionValues.LongNumber("--random", value, 0, uint.MaxValue));
        table.AddFlag("--stamp", () => frames.Recipe = frames.Recipe with { IsStamped = true });
        table.AddValue("--pcap", "a file", value => options = options with { Capture = value });
        table.AddValue("--speed", "a number", value => options = options with { Speed = OptionValues.Fraction("--speed", value, 0, 1e6) });
        table.AddFlag("--loop", () => options = options with { Loops = true });
        table.AddValue("--cores", "CPU numbers, for example 1,2 or 1-3", value => options = options with { Cores = OptionValues.Cores(value) });
        table.AddValue("--idle", "one of spin, pause, yield", value => options = options with { Idle = Idle(value) });
        table.AddValue("--queues", "a number", value => options = options with { Queues = OptionValues.Number("--queues", value, 1, Options.MaxQueues) });
        table.AddValue("--burst", "a number", value => options = options with { Burst = OptionValues.Number("--burst", value, 1, Options.MaxBurst) });
        table.AddValue("--interval", "seconds", value => options = options with { Interval = OptionValues.Interval(value) });
        table.AddValue("--json", "a file, or - for standard output", value => options = options with { Json = value });
        table.AddFlag("--help", () => asked ??= HelpText.Text);
        table.AddFlag("-h", () => asked ??= HelpText.Text);
        table.AddFlag("--version", () => asked ??= HelpText.Version);
        IReadOnlySet<string> given = table.Read(arguments);

        answer = asked ?? "";
        return asked is null ? Checked(options with { Ports = ports }, frames, given) : null;
    }

    private static string FieldNames => string.Join(", ", s_fields.Select(entry => entry.Name));

    private static Options Checked(Options options, FrameOptions frames, IReadOnlySet<string> given)
    {
        if (options.Ports.Count is 0 or > Options.MaxPorts)
        {
            throw new UsageException(options.Ports.Count == 0
                ? "--port SPEC is missing; --help shows what it may be"
                : $"--port is given {options.Ports.Count} times; at most {Options.MaxPorts} ports are served");
        }

        return options.Capture is null ? CheckedFrames(options, frames, given) : CheckedReplay(options, given);
    }

    private static Options CheckedFrames(Options options, FrameOptions frames, IReadOnlySet<string> given)
    {
        if (given.FirstOrDefault(name => name is "--speed" or "--loop") is { } lonely)
        {
            throw new UsageException($"{lonely} needs --pcap FILE");
        }

        options = options with { Recipe = frames.CreateRecipe(), Flows = frames.CreateFlows(), Rate = options.Rate ?? Rate.Unlimited };
        int least = options.Recipe.MinSize;
        if (options.SizeText == "imix")
        {
            options = options with { Sizes = [.. options.Sizes.Select(size => Math.Max(size, least))] };
        }

        return options.Sizes.Min() >= least
            ? options
            : throw new UsageException($"--size {options.SizeText}: these headers{(options.Recipe.IsStamped ? " and the stamp" : "")} need {least} bytes");
    }

    private static Options CheckedReplay(Options options, IReadOnlySet<string> given)
    {
        string[] allowed =
        [
            "--port", "--rate", "--count", "--duration", "--pcap", "--speed", "--loop", "--cores", "--idle", "--queues", "--burst", "--interval", "--json",
        ];
        if (given.FirstOrDefault(name => !allowed.Contains(name)) is { } other)
        {
            throw new UsageException($"{other} has no meaning with --pcap: frames are sent as they were captured");
        }

        if (options.Queues != 1)
        {
            throw new UsageException("--queues has no meaning with --pcap: a capture has one order");
        }

        return options.Rate is not null && given.Contains("--speed")
            ? throw new UsageException("--speed and --rate exclude each other: recorded times or a rate")
            : options;
    }

    private static Protocol ProtocolOf(string value) => Array.IndexOf(s_protocols, value) is >= 0 and int index
        ? (Protocol)index
        : throw new UsageException($"--protocol {value}: one of {string.Join(", ", s_protocols)} is wanted");

    private static List<Field> Fields(string value)
    {
        var fields = new List<Field>();
        foreach (string name in value.Split(','))
        {
            int index = Array.FindIndex(s_fields, entry => entry.Name == name);
            if (index < 0)
            {
                throw new UsageException($"--vary {value}: one or more of {FieldNames} are wanted");
            }

            if (fields.Contains(s_fields[index].Field))
            {
                throw new UsageException($"--vary {value}: {name} is named twice");
            }

            fields.Add(s_fields[index].Field);
        }

        return fields;
    }

    private static IdleStrategy Idle(string value)
    {
        IdleStrategy idle = OptionValues.Idle(value);
        return idle != IdleStrategy.Interrupt ? idle : throw new UsageException("--idle interrupt waits for packets, and pktgen receives none");
    }

    private static MacAddress Mac(string name, string value) => MacAddress.TryParse(value, out MacAddress address)
        ? address
        : throw new UsageException($"{name} {value}: an address is wanted, for example 02:00:00:00:00:01");

    private static ushort PortNumber(string name, string value) => (ushort)OptionValues.Number(name, value, 0, ushort.MaxValue);
}
