using System.Globalization;
using PollIO.Pmd;
using PollIO.Wire;

namespace PollIO.Apps.L2fwd.CommandLine;

/// <summary>Turns arguments into <see cref="Options"/>.</summary>
internal static class OptionParser
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help or the version was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static Options? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        var options = new Options();
        List<string> ports = [];
        Dictionary<int, MacAddress> peers = [];
        string? asked = null;

        var table = new OptionTable();
        table.AddValue("--port", "a port spec, for example af_packet:eth0", value => ports.Add(Spec(value)), repeatable: true);
        table.AddValue("--mode", "one of " + ModeNames, value => options = options with { Mode = Mode(value) });
        table.AddValue("--cores", "CPU numbers, for example 1,2 or 1-3", value => options = options with { Cores = Cores(value) });
        table.AddValue("--queues", "a number", value => options = options with { Queues = Number("--queues", value, 1, Options.MaxQueues) });
        table.AddValue("--burst", "a number", value => options = options with { Burst = Number("--burst", value, 1, Options.MaxBurst) });
        table.AddValue("--size", "a number", value => options = options with { Size = Number("--size", value, Options.MinSize, Options.MaxSize) });
        table.AddValue("--eth-peer", "a port number and an address, for example 0,02:00:00:00:00:01", value => AddPeer(peers, value), repeatable: true);
        table.AddFlag("--no-promisc", () => options = options with { Promiscuous = false });
        table.AddValue("--duration", "seconds", value => options = options with { Duration = Seconds("--duration", value, TimeSpan.Zero) });
        table.AddValue("--interval", "seconds", value => options = options with { Interval = Interval(value) });
        table.AddValue("--capture", "a file", value => options = options with { Capture = value });
        table.AddValue("--json", "a file, or - for standard output", value => options = options with { Json = value });
        table.AddFlag("--help", () => asked ??= HelpText.Text);
        table.AddFlag("-h", () => asked ??= HelpText.Text);
        table.AddFlag("--version", () => asked ??= HelpText.Version);
        table.Read(arguments);

        answer = asked ?? "";
        options = options with { Ports = ports, EthPeers = peers };
        return asked is null ? Checked(options) : null;
    }

    private static string ModeNames => string.Join(", ", Enum.GetValues<ForwardingMode>().Select(Options.Name));

    private static Options Checked(Options options)
    {
        if (options.IsEmbedded && options.Mode is ForwardingMode.RxOnly or ForwardingMode.TxOnly)
        {
            throw new UsageException($"--mode {options.ModeName} needs a --port");
        }

        if (options.IsEmbedded && options.Queues != 1)
        {
            throw new UsageException("--queues needs a --port: the embedded generator fills one queue");
        }

        if (options.Ports.Count > Options.MaxPorts)
        {
            throw new UsageException($"--port is given {options.Ports.Count} times; at most {Options.MaxPorts} ports are served");
        }

        int count = options.IsEmbedded ? 2 : options.Ports.Count;
        return options.EthPeers.Keys.FirstOrDefault(number => number >= count, -1) is int unknown and >= 0
            ? throw new UsageException($"--eth-peer {unknown}: there is no port {unknown}; ports are numbered from 0 in the order given")
            : options;
    }

    private static string Spec(string value)
    {
        try
        {
            return PortSpec.Parse(value).Text;
        }
        catch (PollIOException e)
        {
            throw new UsageException($"--port {e.Message}");
        }
    }

    // Enum.TryParse would take numbers and lists of names too.
    private static ForwardingMode Mode(string value) =>
        Enum.GetValues<ForwardingMode>().Cast<ForwardingMode?>().FirstOrDefault(mode => Options.Name(mode!.Value) == value)
        ?? throw new UsageException($"--mode {value}: one of {ModeNames} is wanted");

    private static IReadOnlyList<int> Cores(string value)
    {
        try
        {
            return CpuSet.Parse(value);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--cores: {e.Message}");
        }
    }

    private static int Number(string name, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw new UsageException($"{name} {value}: a whole number from {min} to {max} is wanted");

    private static TimeSpan Seconds(string name, string value, TimeSpan above) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
        && seconds > above.TotalSeconds
        && seconds <= s_longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{name} {value}: seconds above {above.TotalSeconds} and up to {s_longest.TotalSeconds} are wanted, for example 2.5");

    private static TimeSpan Interval(string value)
    {
        if (value == "0")
        {
            return TimeSpan.Zero;
        }

        TimeSpan interval = Seconds("--interval", value, TimeSpan.Zero);
        return interval >= s_shortestInterval
            ? interval
            : throw new UsageException($"--interval {value}: {s_shortestInterval.TotalSeconds} seconds is the shortest; 0 prints no live statistics");
    }

    private static void AddPeer(Dictionary<int, MacAddress> peers, string value)
    {
        int comma = value.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !MacAddress.TryParse(value[(comma + 1)..], out MacAddress peer) || peer.IsMulticast || peer.IsZero)
        {
            throw new UsageException($"--eth-peer {value}: a port number and a station's address are wanted, for example 0,02:00:00:00:00:01");
        }

        int number = Number("--eth-peer", value[..comma], 0, Options.MaxPorts - 1);
        if (!peers.TryAdd(number, peer))
        {
            throw new UsageException($"--eth-peer {value}: port {number} has a peer already");
        }
    }
}
