using PollIO.Apps.Common.CommandLine;
using PollIO.Wire;

namespace PollIO.Apps.L2fwd.CommandLine;

/// <summary>Turns arguments into <see cref="Options"/>.</summary>
internal static class OptionParser
{
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
        table.AddValue("--port", "a port spec, for example af_packet:eth0", value => ports.Add(OptionValues.Spec("--port", value)), repeatable: true);
        table.AddValue("--mode", "one of " + ModeNames, value => options = options with { Mode = Mode(value) });
        table.AddValue("--cores", "CPU numbers, for example 1,2 or 1-3", value => options = options with { Cores = OptionValues.Cores(value) });
        table.AddValue("--idle", "one of " + OptionValues.IdleNames, value => options = options with { Idle = OptionValues.Idle(value) });
        table.AddValue("--queues", "a number", value => options = options with { Queues = OptionValues.Number("--queues", value, 1, Options.MaxQueues) });
        table.AddValue("--burst", "a number", value => options = options with { Burst = OptionValues.Number("--burst", value, 1, Options.MaxBurst) });
        table.AddValue("--tx-retry", "microseconds", value => options = options with { TxRetry = TxRetry(value) });
        table.AddValue("--size", "a number", value => options = options with { Size = OptionValues.Number("--size", value, Options.MinSize, Options.MaxSize) });
        table.AddValue("--mtu", "a number", value => options = options with { Mtu = OptionValues.Number("--mtu", value, Options.MinMtu, Options.MaxMtu) });
        table.AddValue("--eth-peer", "a port number and an address, for example 0,02:00:00:00:00:01", value => AddPeer(peers, value), repeatable: true);
        table.AddFlag("--no-promisc", () => options = options with { Promiscuous = false });
        table.AddValue("--duration", "seconds", value => options = options with { Duration = OptionValues.Seconds("--duration", value) });
        table.AddValue("--interval", "seconds", value => options = options with { Interval = OptionValues.Interval(value) });
        table.AddValue("--capture", "a file", value => options = options with { Capture = value });
        table.AddValue("--json", "a file, or - for standard output", value => options = options with { Json = value });
        table.AddValue("--metrics", "an address and a port, for example 127.0.0.1:9090", value => options = options with { Metrics = OptionValues.EndPoint("--metrics", value) });
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

        if (options.IsEmbedded && options.Idle == IdleStrategy.Interrupt)
        {
            throw new UsageException("--idle interrupt needs a --port: the embedded generator never pauses");
        }

        if (options.Mode == ForwardingMode.TxOnly && options.Idle == IdleStrategy.Interrupt)
        {
            throw new UsageException("--idle interrupt waits for packets, and --mode txonly receives none");
        }

        if (options.TxRetry != TimeSpan.Zero && options.Mode is ForwardingMode.RxOnly or ForwardingMode.TxOnly)
        {
            throw new UsageException($"--tx-retry is for modes that forward, and --mode {options.ModeName} does not");
        }

        if (options.TxRetry != TimeSpan.Zero && options.Idle == IdleStrategy.Interrupt)
        {
            throw new UsageException("--tx-retry polls while packets wait to be sent, and --idle interrupt sleeps until others arrive");
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

    // Enum.TryParse would take numbers and lists of names too.
    private static ForwardingMode Mode(string value) =>
        Enum.GetValues<ForwardingMode>().Cast<ForwardingMode?>().FirstOrDefault(mode => Options.Name(mode!.Value) == value)
        ?? throw new UsageException($"--mode {value}: one of {ModeNames} is wanted");

    private static TimeSpan TxRetry(string value) =>
        TimeSpan.FromMicroseconds(OptionValues.Number("--tx-retry", value, 0, Options.MaxTxRetryMicroseconds));

    private static void AddPeer(Dictionary<int, MacAddress> peers, string value)
    {
        int comma = value.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !MacAddress.TryParse(value[(comma + 1)..], out MacAddress peer) || peer.IsMulticast || peer.IsZero)
        {
            throw new UsageException($"--eth-peer {value}: a port number and a station's address are wanted, for example 0,02:00:00:00:00:01");
        }

        int number = OptionValues.Number("--eth-peer", value[..comma], 0, Options.MaxPorts - 1);
        if (!peers.TryAdd(number, peer))
        {
            throw new UsageException($"--eth-peer {value}: port {number} has a peer already");
        }
    }
}
