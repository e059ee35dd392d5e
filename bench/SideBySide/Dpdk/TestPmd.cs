using System.Globalization;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Dpdk;

/// <summary>A running testpmd with one forwarding core, asked for its port statistics through its command line.</summary>
internal sealed class TestPmd : IForwarder
{
    internal const string Program = "dpdk-testpmd";

    // As many packets and as large a cache as PollIO's worker has: testpmd's own default cache of 250 passes bursts of 256 by.
    private const int Mbufs = 16384;
    private const int Cache = 512;

    private const int DefaultFrameSize = 64;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    // An emulator that shares its CPUs takes as long to start it.
    private static readonly TimeSpan s_emulatedTimeout = TimeSpan.FromMinutes(2);

    private readonly ChildProcess _process;
    private readonly int _ports;
    private readonly TimeSpan _timeout;

    private TestPmd(ChildProcess process, int ports, TimeSpan timeout)
    {
        _process = process;
        _ports = ports;
        _timeout = timeout;
    }

    /// <summary>Starts it; frames it makes itself are 64 bytes long.</summary>
    /// <inheritdoc cref="Start(string?, int, int, int, int, string, ReadOnlySpan{string})"/>
    internal static TestPmd Start(string? networkNamespace, int mainCpu, int cpu, int burst, string mode, params ReadOnlySpan<string> devices) =>
        Start(networkNamespace, mainCpu, cpu, burst, DefaultFrameSize, mode, devices);

    /// <summary>Starts it.</summary>
    /// <param name="networkNamespace">Where its interfaces are, or null.</param>
    /// <param name="mainCpu">The CPU of its main lcore, which sleeps.</param>
    /// <param name="cpu">The CPU of its forwarding lcore.</param>
    /// <param name="burst">Most packets a call.</param>
    /// <param name="frameSize">Bytes of the frames it makes.</param>
    /// <param name="mode">testpmd's forwarding mode: "io", "rxonly" or "txonly".</param>
    /// <param name="devices">Its virtual devices.</param>
    internal static TestPmd Start(
        string? networkNamespace, int mainCpu, int cpu, int burst, int frameSize, string mode, params ReadOnlySpan<string> devices) =>
        new(Launch(networkNamespace, mainCpu, cpu, burst, frameSize, mode, devices), devices.Length, s_timeout);

    /// <summary>Starts it where nothing is asked of it but its work.</summary>
    /// <inheritdoc cref="Start(string?, int, int, int, int, string, ReadOnlySpan{string})"/>
    internal static ChildProcess StartProcess(string? networkNamespace, int mainCpu, int cpu, int burst, string mode, params ReadOnlySpan<string> devices) =>
        Launch(networkNamespace, mainCpu, cpu, burst, DefaultFrameSize, mode, devices);

    private static ChildProcess Launch(
        string? networkNamespace, int mainCpu, int cpu, int burst, int frameSize, string mode, ReadOnlySpan<string> devices)
    {
        var arguments = new List<string>();
        arguments.AddRange(Eal.Command(Program));
        arguments.AddRange(Eal.Arguments(mainCpu, cpu));
        foreach (string device in devices)
        {
            arguments.AddRange(["--vdev", device]);
        }

        arguments.AddRange(["--", "-i", "--auto-start", "--nb-cores=1", $"--forward-mode={mode}"]);
        arguments.AddRange([Option("burst", burst), Option("txpkts", frameSize), Option("total-num-mbufs", Mbufs), Option("mbcache", Cache)]);
        (string program, string[] command) = SelfProcess.NetworkNamespaceCommand(networkNamespace, [.. arguments]);
        return ChildProcess.Start(program, command);

        static string Option(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
    }

    /// <summary>Starts it on NICs of the lab's guest, with rings as large as PollIO's, and without forwarding yet.</summary>
    /// <param name="mode">testpmd's forwarding mode.</param>
    /// <param name="devices">PCI addresses, bound to vfio-pci.</param>
    internal static TestPmd StartOnNics(string mode, IReadOnlyList<string> devices)
    {
        // The guest has one CPU: both lcores are on it, the main one asleep at its prompt.
        string[] command =
        [
            .. Eal.Command(Program),
            "--lcores", "0@0,1@0", "--in-memory", "--no-telemetry", "--log-level=eal,warning", .. devices.SelectMany(device => (string[])["-a", device]),
            "--", "-i", "--nb-cores=1", "--burst=32", "--rxd=512", "--txd=512", "--no-lsc-interrupt", $"--forward-mode={mode}",
            string.Create(CultureInfo.InvariantCulture, $"--total-num-mbufs={Mbufs}"), string.Create(CultureInfo.InvariantCulture, $"--mbcache={Cache}"),
        ];
        return new TestPmd(ChildProcess.Start(command[0], command[1..]), devices.Count, s_emulatedTimeout);
    }

    public Task BeginAsync(CancellationToken cancellation) => ShowAsync(cancellation);

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        IReadOnlyList<PortReading> ports = await ShowAsync(cancellation);
        return new ForwardRates(ports.Sum(port => port.RxPerSecond), ports.Sum(port => port.TxPerSecond));
    }

    /// <summary>Begins anew, counting busy cycles, with so many bursts of its own in circulation.</summary>
    internal async Task RestartAsync(int bursts, CancellationToken cancellation)
    {
        await _process.WriteLineAsync("stop", cancellation);
        await _process.WriteLineAsync("set record-core-cycles on", cancellation);
        await _process.WriteLineAsync(bursts == 0 ? "start" : string.Create(CultureInfo.InvariantCulture, $"start tx_first {bursts}"), cancellation);
        await ShowAsync(cancellation);
    }

    /// <summary>Busy cycles a packet since the start.</summary>
    internal async Task<double> ReadCyclesAsync(CancellationToken cancellation)
    {
        const string mark = "CPU cycles/packet=";
        await _process.WriteLineAsync("show fwd stats all", cancellation);
        string line = await _process.ReadUntilAsync(line => line.Contains(mark, StringComparison.Ordinal), _timeout, cancellation);
        string number = line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].Split(' ')[0];
        return double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>testpmd's rates are since the last showing, by its own clock.</summary>
    private async Task<IReadOnlyList<PortReading>> ShowAsync(CancellationToken cancellation)
    {
        await _process.WriteLineAsync("show port stats all", cancellation);
        var parser = new PortStatsParser();
        await _process.ReadUntilAsync(
            line =>
            {
                parser.Feed(line);
                return parser.Ports.Count == _ports;
            },
            _timeout,
            cancellation);
        return parser.Ports;
    }
}
