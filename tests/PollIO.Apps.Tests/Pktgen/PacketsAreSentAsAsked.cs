using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pktgen;

[Collection(ProcessTests.Name)]
public sealed class PacketsAreSentAsAsked : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => _folder.PathOf("out.pcapng");

    private string OutputPort => $"pcap:?tx={Output}";

    [Fact]
    public async Task LiveLinesTellTheBitsThatWereSent()
    {
        ToolResult result = await AppProcess.Pktgen.RunAsync("--port", "null:", "--duration", "1.1", "--interval", "0.5");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"(?m)^ +\d+\.\d s  rx 0 pps 0 Mbit/s  tx [1-9][\d,]* pps [1-9][\d,]* Mbit/s  drops 0", result.Output);
    }

    [Theory]
    [InlineData("udp", "udp")]
    [InlineData("tcp", "tcp")]
    [InlineData("icmp", "icmp")]
    [InlineData("udp", "udp", "--ipv6")]
    [InlineData("tcp", "tcp", "--ipv6", "--vlan", "7")]
    [InlineData("icmp", "icmpv6", "--ipv6")]
    public async Task TsharkFindsEveryChecksumRight(string protocol, string dissector, params string[] more)
    {
        ToolRunner.Require("tshark", "tshark");
        await AppProcess.Pktgen.SummaryOfAsync(
            ["--port", OutputPort, "--count", "500", "--protocol", protocol, "--size", "94-300", "--stamp", "--flows", "77",
            "--vary", "src-port,src-ip,dst-ip,dst-mac", .. more]);

        string[] checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];
        string[] fields = [$"{dissector}.checksum.status", "ip.checksum.status", "vlan.id", "_ws.malformed"];
        string text = await ToolRunner.RunSuccessfullyAsync(
            "tshark", ["-r", Output, .. checks, "-T", "fields", .. fields.SelectMany(field => new[] { "-e", field })]);

        string[] lines = text.TrimEnd('\n').Split('\n');
        string network = more.Contains("--ipv6") ? "" : "1";
        string vlan = more.Contains("--vlan") ? "7" : "";
        Assert.Equal(500, lines.Length);
        Assert.All(lines, line => Assert.Equal($"1\t{network}\t{vlan}\t", line));
    }

    [Fact]
    public async Task TsharkFindsTheFlowsAskedFor()
    {
        ToolRunner.Require("tshark", "tshark");
        await AppProcess.Pktgen.SummaryOfAsync(
            "--port", OutputPort, "--count", "300", "--flows", "100", "--vary", "src-port,dst-ip,src-mac",
            "--src-port", "5000", "--dst-ip", "10.0.0.250", "--src-mac", "02:aa:00:00:00:fe", "--dst-mac", "02:bb:00:00:00:01");

        string text = await ToolRunner.RunSuccessfullyAsync(
            "tshark", "-r", Output, "-T", "fields", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "ip.dst", "-e", "eth.src", "-e", "eth.dst");

        string[] expected =
        [
            .. Enumerable.Range(0, 300).Select(i => i % 100).Select(flow =>
                $"{5000 + flow}\t9\t10.0.{(250 + flow) / 256}.{(250 + flow) % 256}\t02:aa:00:00:{(254 + flow) / 256:x2}:{(254 + flow) % 256:x2}\t02:bb:00:00:00:01"),
        ];
        Assert.Equal(expected, text.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task MixHasItsShares()
    {
        JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync("--port", OutputPort, "--count", "1200", "--size", "imix");

        var sizes = Read(Output).CountBy(frame => frame.Length).ToDictionary();
        Assert.Equal([(60, 700), (590, 400), (1514, 100)], sizes.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal((1200, (700 * 60) + (400 * 590) + (100 * 1514)), (summary.GetProperty("txPackets").GetInt64(), summary.GetProperty("txBytes").GetInt64()));
    }

    [Fact]
    public async Task EveryPortAndQueueSendsItsShareOfTheCount()
    {
        JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync(
            "--port", "null:", "--port", "null:", "--queues", "3", "--count", "100001", "--flows", "10", "--rate", "10Mpps");

        Assert.Equal([100001, 100001], summary.GetProperty("ports").EnumerateArray().Select(port => port.GetProperty("tx").GetInt32()));
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
    }

    [Fact]
    public async Task SteadySendingAllocatesNothing()
    {
        JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync(
            "--port", "null:", "--duration", "1", "--flows", "1000", "--stamp", "--size", "imix", "--rate", "500kpps");

        Assert.Equal((0, 0), (summary.GetProperty("allocatedBytes").GetInt64(), summary.GetProperty("gcCollections").GetInt64()));
    }

    [Theory]
    [InlineData("200kpps")]
    [InlineData("51.2Mbps")]
    public async Task RateIsKeptOnAverage(string rate)
    {
        // Other load on the machine only takes away: a run in which nobody did so is waited for.
        double off = double.MaxValue;
        for (int attempt = 0; attempt < 20 && off > 0.001; attempt++)
        {
            JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync("--port", "null:", "--rate", rate, "--duration", "2");
            JsonElement windows = summary.GetProperty("windows");
            double average = windows.GetProperty("averagePercent").GetDouble() / 100;
            off = Math.Abs(average);
            Assert.True(windows.GetProperty("count").GetInt32() > 100);

            // Not more than was asked for, whatever was caught up with.
            Assert.True(average <= 0.0001);
        }

        Assert.InRange(off, 0, 0.001);
    }

    [Fact]
    public async Task RateThatCannotBeReachedIsTold()
    {
        JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync("--port", "null:", "--rate", "10000Mpps", "--duration", "0.5");

        Assert.True(summary.GetProperty("behindSeconds").GetDouble() > 0.1);
    }

    [Fact]
    public async Task CaptureIsReplayedByteForByte()
    {
        string input = await WriteAsync(1000, i => i * 1_000L);

        JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync("--port", OutputPort, "--pcap", input, "--rate", "max");

        Assert.Equal(Read(input), Read(Output));
        Assert.Equal(1000, summary.GetProperty("txPackets").GetInt64());
    }

    [Fact]
    public async Task LoopedReplayEndsWithTheCount()
    {
        string input = await WriteAsync(7, i => i);

        await AppProcess.Pktgen.SummaryOfAsync("--port", OutputPort, "--pcap", input, "--rate", "max", "--loop", "--count", "20");

        byte[][] frames = [.. Read(input)];
        Assert.Equal(Enumerable.Range(0, 20).Select(i => frames[i % 7]), Read(Output));
    }

    [Theory]
    [InlineData(1.0, 0.8)]
    [InlineData(2.0, 0.4)]
    public async Task RecordedTimesAreKept(double speed, double seconds)
    {
        string input = await WriteAsync(81, i => i * 10_000_000L);
        string[] arguments = speed == 1 ? [] : ["--speed", $"{speed}"];

        // A loaded machine starts the clock late, or stops it late: a run in which it did neither is waited for.
        double took = double.MaxValue;
        for (int attempt = 0; attempt < 20 && (took > seconds + 0.2 || took <= seconds - 0.05); attempt++)
        {
            JsonElement summary = await AppProcess.Pktgen.SummaryOfAsync(["--port", "null:", "--pcap", input, .. arguments]);
            Assert.Equal(81, summary.GetProperty("txPackets").GetInt64());
            took = summary.GetProperty("seconds").GetDouble();
        }

        Assert.InRange(took, seconds - 0.05, seconds + 0.2);
    }

    public void Dispose() => _folder.Dispose();

    private static List<byte[]> Read(string path)
    {
        using CaptureReader reader = CaptureReader.Open(path);
        List<byte[]> frames = [];
        while (reader.TryReadNext(out _, out ReadOnlySpan<byte> data))
        {
            frames.Add(data.ToArray());
        }

        Assert.Null(reader.Error);
        return frames;
    }

    // Classic pcap with nanoseconds, little-endian: magic, version 2.4, snap length, Ethernet.
    private async Task<string> WriteAsync(int count, Func<int, long> time)
    {
        string path = _folder.PathOf("in.pcap");
        await using FileStream stream = File.Create(path);
        await using var writer = new BinaryWriter(stream);
        foreach (uint word in (uint[])[0xa1b23c4d, 0x0004_0002, 0, 0, 65535, 1])
        {
            writer.Write(word);
        }

        for (int i = 0; i < count; i++)
        {
            byte[] frame = [.. Enumerable.Range(i, 60 + (i % 900)).Select(value => (byte)value)];
            long ns = time(i);
            foreach (uint word in (uint[])[(uint)(1_700_000_000 + (ns / 1_000_000_000)), (uint)(ns % 1_000_000_000), (uint)frame.Length, (uint)frame.Length])
            {
                writer.Write(word);
            }

            writer.Write(frame);
        }

        return path;
    }
}
