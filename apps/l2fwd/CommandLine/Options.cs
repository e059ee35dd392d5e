using PollIO.Wire;

namespace PollIO.Apps.L2fwd.CommandLine;

/// <summary>The command line, checked as far as it can be without looking at the machine.</summary>
internal sealed record Options
{
    /// <summary>Bytes of an Ethernet, IPv4 and UDP header and the 16 the generator needs: the smallest packet it makes.</summary>
    internal const int MinSize = 60;

    internal const int MaxSize = 9018;
    internal const int MinMtu = 68;
    internal const int MaxMtu = 65535;
    internal const int MaxBurst = 512;
    internal const int MaxTxRetryMicroseconds = 10_000_000;
    internal const int MaxQueues = 64;
    internal const int MaxPorts = 128;

    /// <summary>Port specs, in order; none runs the embedded default.</summary>
    internal IReadOnlyList<string> Ports { get; init; } = [];

    internal ForwardingMode Mode { get; init; } = ForwardingMode.L2;

    /// <summary>CPUs of the lcores; none leaves the choice to <see cref="Setup.CoreChoice"/>.</summary>
    internal IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>What lcores do between idle polls; null leaves the choice to <see cref="Setup.CoreChoice"/>.</summary>
    internal IdleStrategy? Idle { get; init; }

    internal int Queues { get; init; } = 1;

    internal int Burst { get; init; } = 32;

    /// <summary>How long packets that a full TX ring refuses are offered again before they are dropped; zero drops them at once.</summary>
    internal TimeSpan TxRetry { get; init; }

    /// <summary>Bytes of a generated packet, without the frame check sequence.</summary>
    internal int Size { get; init; } = 64;

    /// <summary>Largest payload of a frame, or 0 for each port's usual one.</summary>
    internal int Mtu { get; init; }

    /// <summary>Destination addresses in mode <c>mac</c>, by number of the TX port.</summary>
    internal IReadOnlyDictionary<int, MacAddress> EthPeers { get; init; } = new Dictionary<int, MacAddress>();

    internal bool Promiscuous { get; init; } = true;

    /// <summary>How long to run, warm-up included; null to run until stopped.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>Time between live statistics; zero for none.</summary>
    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The pcapng file to write, or null.</summary>
    internal string? Capture { get; init; }

    /// <summary>Where the JSON summary goes: a path, "-" for standard output, or null.</summary>
    internal string? Json { get; init; }

    /// <summary>Where Prometheus can read the metrics, or null for nowhere.</summary>
    internal System.Net.IPEndPoint? Metrics { get; init; }

    internal bool IsEmbedded => Ports.Count == 0;

    internal bool JsonOnStandardOutput => Json == "-";

    internal string ModeName => Name(Mode);

    internal static string Name(ForwardingMode mode) => mode.ToString().ToLowerInvariant();

    /// <summary>Where packets sent by port <paramref name="number"/> go: its <c>--eth-peer</c>, or 02:00:00:00:00:NN.</summary>
    internal MacAddress PeerOf(int number) =>
        Mode == ForwardingMode.Mac && EthPeers.TryGetValue(number, out MacAddress peer) ? peer : DefaultPeer(number);

    private static MacAddress DefaultPeer(int number) => new(0x02_00_00_00_00_00UL | (byte)number);
}
