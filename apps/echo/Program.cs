using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using PollIO;
using PollIO.Pipelines;
using PollIO.Pmd;
using PollIO.Pmd.Hugepages;
using PollIO.Wire;

// Serves UDP echo (RFC 862) on a port, for every address, and answers ARP, neighbour solicitations and pings so that it is found.
const string Help =
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

if (args is ["--help"] or ["--version"])
{
    return End(args[0] == "--help" ? Help : "echo 0.1.0", 0);
}

Dictionary<string, string> options = new() { ["--port"] = "", ["--cpu"] = $"{CpuSet.GetCurrent()[^1]}", ["--udp-port"] = "7", ["--json"] = "" };
if (Read(args, options, out int cpu, out ushort udpPort) is { } wrong)
{
    return End($"echo: {wrong}", 2);
}

try
{
    // Threads that start from here on leave the polling core alone.
    bool alone = CpuSet.ReserveForLCores([cpu]).Count != 0;
    Port opened = PortFactory.Open(options["--port"]);
    HugepageAllocator.UseFor([opened]);
    using var pool = new PacketPool(new PacketPoolOptions { Name = "echo" });
    using Port port = opened;
    port.Configure(new PortConfig { Pool = pool, Promiscuous = port.Capabilities.Promiscuous, RxOffloads = port.Capabilities.RxOffloads & RxOffloads.Scatter });
    port.Start();
    string json = options["--json"];
    using FileStream? file = json is "" or "-" ? null : File.Create(json);
    using PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions
    {
        LCore = new LCoreOptions { Cpu = cpu, Name = "echo", Idle = alone ? IdleStrategy.Spin : IdleStrategy.Yield },
    });
    Action<PosixSignalContext> stop = signal => { signal.Cancel = true; pipe.Input.CancelPendingRead(); };
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, stop);
    (json == "-" ? Console.Error : Console.Out).WriteLine($"echo: serving UDP port {udpPort} on {port.Name}, polling on CPU {cpu}");

    await ServeAsync(pipe.Input, pipe.Output, port.MacAddress, udpPort);
    pipe.Output.Complete();
    pipe.Stop();
    PacketPipeStatistics moved = pipe.Statistics;
    string summary = $$"""{"received":{{moved.Received}},"answered":{{moved.Written}},"dropped":{{moved.Dropped}}}""";
    file?.Write(Encoding.UTF8.GetBytes(summary));
    return End(json == "-" ? summary : $"echo: {moved.Received} packets received, {moved.Written} answered", 0);
}
catch (Exception e) when (e is PollIOException or IOException or UnauthorizedAccessException)
{
    return End($"echo: {e.Message}", 1);
}

// Reads the command line, and says what is wrong with it, if anything is.
static string? Read(string[] args, Dictionary<string, string> options, out int cpu, out ushort udpPort)
{
    (cpu, udpPort) = (0, 0);
    for (int i = 0; i < args.Length; i += 2)
    {
        if (!options.ContainsKey(args[i]))
        {
            return $"there is no option '{args[i]}'; --help lists them";
        }

        if (args.ElementAtOrDefault(i + 1) is not { Length: > 0 } value)
        {
            return $"{args[i]} needs a value; --help says which";
        }

        options[args[i]] = value;
    }

    IReadOnlyList<int> cpus = CpuSet.GetCurrent();
    return options["--port"].Length == 0 ? "--port SPEC is missing, for example --port af_packet:eth0"
        : !int.TryParse(options["--cpu"], out cpu) || !cpus.Contains(cpu) ? $"--cpu {options["--cpu"]}: one of {string.Join(", ", cpus)} is wanted"
        : !ushort.TryParse(options["--udp-port"], out udpPort) || udpPort == 0 ? $"--udp-port {options["--udp-port"]}: a whole number from 1 to 65535 is wanted"
        : null;
}

static async Task ServeAsync(PacketPipeReader input, PacketPipeWriter output, MacAddress address, ushort udpPort)
{
    for (ReadResult read = default; !read.IsCanceled && !read.IsCompleted;)
    {
        read = await input.ReadAsync();
        ReadOnlySequence<byte> rest = read.Buffer;
        for (int answers = 1; input.TryReadPacket(ref rest, out PacketView packet); answers++)
        {
            // A received packet becomes its own answer: nothing is copied, nothing allocated.
            Packet answer = input.Detach(packet);
            if (!TryEcho(answer, udpPort) && !EchoResponder.TryAnswer(answer, address))
            {
                answer.Free();
                continue;
            }

            output.Write(answer);
            if (answers % output.PacketsPerFlush == 0)
            {
                await output.FlushAsync();
            }
        }

        await output.FlushAsync();
        input.AdvanceTo(read.Buffer.End);
    }
}

// Exchanging addresses and ports leaves every checksum as it was. A datagram cut into several segments is not answered.
static bool TryEcho(Packet packet, ushort udpPort)
{
    Span<byte> frame = packet.Data;
    FrameLayout layout = PacketParser.Parse(frame, packet.Length);
    if (layout.Flags != FrameFlags.None || layout.Type.Transport() != PacketType.Udp || (frame[0] & 1) != 0 || packet.SegmentCount != 1
        || !UdpHeaderWriter.TryWrap(frame[layout.L4Offset..], out UdpHeaderWriter udp) || udp.DestinationPort != udpPort || udp.SourcePort == udpPort)
    {
        return false;
    }

    udp.SwapPorts();
    int source = layout.L3Offset + (layout.Type.IsIPv4() ? 12 : 8), size = layout.Type.IsIPv4() ? IPv4Address.Size : IPv6Address.Size;
    Swap(frame.Slice(source, size), frame.Slice(source + size, size));
    Swap(frame[..MacAddress.Size], frame.Slice(MacAddress.Size, MacAddress.Size));
    return true;
}

static void Swap(Span<byte> one, Span<byte> other)
{
    for (int i = 0; i < one.Length; i++)
    {
        (one[i], other[i]) = (other[i], one[i]);
    }
}

static int End(string text, int code)
{
    (code == 0 ? Console.Out : Console.Error).WriteLine(text);
    return code;
}
