using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
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
bool known = Array.TrueForAll([.. args.Chunk(2)], pair => pair.Length == 2 && options.ContainsKey(pair[0]) && (options[pair[0]] = pair[1]).Length != 0);
if (!known || options["--port"].Length == 0 || !int.TryParse(options["--cpu"], out int cpu) || !ushort.TryParse(options["--udp-port"], out ushort udpPort))
{
    return End($"echo: an option is missing, unknown or without its value; --help lists them", 2);
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
    using PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions
    {
        LCore = new LCoreOptions { Cpu = cpu, Name = "echo", Idle = alone ? IdleStrategy.Spin : IdleStrategy.Yield },
    });
    Action<PosixSignalContext> stop = signal => { signal.Cancel = true; pipe.Input.CancelPendingRead(); };
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, stop);
    (options["--json"] == "-" ? Console.Error : Console.Out).WriteLine($"echo: serving UDP port {udpPort} on {port.Name}, polling on CPU {cpu}");

    await ServeAsync(pipe.Input, pipe.Output, port.MacAddress, udpPort);
    pipe.Output.Complete();
    pipe.Stop();
    PacketPipeStatistics moved = pipe.Statistics;
    string summary = $$"""{"received":{{moved.Received}},"answered":{{moved.Written}},"dropped":{{moved.Dropped}}}""";
    if (options["--json"] is not ("" or "-"))
    {
        File.WriteAllText(options["--json"], summary);
    }

    return End(options["--json"] == "-" ? summary : $"echo: {moved.Received} packets received, {moved.Written} answered", 0);
}
catch (PollIOException e)
{
    return End($"echo: {e.Message}", 1);
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
