using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class CapturesAreForwarded : IDisposable
{
    private const int Records = 1000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task RunEndsByItselfWithTheFile()
    {
        string input = WriteCapture("in.pcapng");
        string output = _folder.PathOf("out.pcapng");

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--port", $"pcap:{input}?tx={output}", "--mode", "io");

        Assert.Equal(Records, summary.GetProperty("rxPackets").GetInt64());
        Assert.Equal(Records, summary.GetProperty("txPackets").GetInt64());
        Assert.Equal(Read(input), Read(output));
    }

    [Fact]
    public async Task RunEndsWhenEverySourceHas()
    {
        string first = WriteCapture("first.pcapng");
        string second = WriteCapture("second.pcapng");

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--port", $"pcap:{first}?loop=1000", "--port", $"pcap:{second}", "--mode", "io");

        long[] received = [.. summary.GetProperty("ports").EnumerateArray().Select(port => port.GetProperty("rx").GetInt64())];
        Assert.Equal([1000 * Records, Records], received);
        Assert.Equal(received.Sum(), summary.GetProperty("txPackets").GetInt64());
    }

    [Fact]
    public async Task MillionRecordsAllocateNothing()
    {
        string input = WriteCapture("in.pcapng");

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--port", $"pcap:{input}?loop=20000", "--mode", "macswap");

        Assert.Equal(20000L * Records, summary.GetProperty("rxPackets").GetInt64());
        Assert.True(summary.GetProperty("warmupSeconds").GetDouble() > 0);
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
        Assert.Equal(0, summary.GetProperty("gcCollections").GetInt64());
    }

    [Fact]
    public async Task CutCaptureIsForwardedAsFarAsItGoes()
    {
        string input = WriteCapture("cut.pcapng");
        using (FileStream file = File.OpenWrite(input))
        {
            file.SetLength(file.Length - 30);
        }

        string output = _folder.PathOf("out.pcapng");
        ToolResult result = await AppProcess.L2fwd.RunAsync("--port", $"pcap:{input}?tx={output}", "--mode", "io", "--interval", "0", "--json", "-");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{input}: read capture", AppProcess.LastLine(result.Error), StringComparison.Ordinal);
        JsonElement summary = JsonDocument.Parse(AppProcess.LastLine(result.Output)).RootElement;
        Assert.Equal(Records - 1, summary.GetProperty("txPackets").GetInt64());
        Assert.Contains("read capture", summary.GetProperty("fault").GetString(), StringComparison.Ordinal);
        Assert.Equal(Records - 1, Read(output).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?tx=/dev/full")]
    public async Task OutputThatCannotBeWrittenFailsTheRun(string output)
    {
        string input = WriteCapture("in.pcapng");
        string[] arguments = output.Length == 0
            ? ["--port", $"pcap:{input}", "--capture", "/dev/full"]
            : ["--port", $"pcap:{input}{output}"];

        ToolResult result = await AppProcess.L2fwd.RunAsync([.. arguments, "--mode", "io", "--interval", "0"]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("l2fwd: /dev/full: write capture: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.Contains("rates from the last", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TapSeesWhatComesInAndGoesOut()
    {
        string input = WriteCapture("in.pcapng");
        string tapped = _folder.PathOf("tapped.pcapng");

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--port", $"pcap:{input}", "--mode", "macswap", "--capture", tapped);

        JsonElement capture = summary.GetProperty("capture");
        Assert.Equal((2 * Records, 0), (capture.GetProperty("captured").GetInt64(), capture.GetProperty("dropped").GetInt64()));
        Assert.Equal(2 * Records, Read(tapped).Count);
    }

    public void Dispose() => _folder.Dispose();

    private string WriteCapture(string name)
    {
        string path = _folder.PathOf(name);
        using var writer = PcapngWriter.Create(path);
        int id = writer.AddInterface("test");
        var random = new Random(1);
        for (int i = 0; i < Records; i++)
        {
            var data = new byte[60 + (i % 60)];
            random.NextBytes(data);
            Assert.True(writer.TryWrite(id, 1_700_000_000_000_000_000 + i, data.Length, data));
        }

        return path;
    }

    private static List<string> Read(string path)
    {
        using CaptureReader reader = CaptureReader.Open(path);
        var records = new List<string>();
        while (reader.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            records.Add($"{record.TimestampNs} {record.OriginalLength} {Convert.ToHexString(data)}");
        }

        return records;
    }
}
