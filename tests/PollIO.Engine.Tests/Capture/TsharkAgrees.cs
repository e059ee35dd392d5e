using System.Globalization;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

/// <summary>Our files read by Wireshark's tools, and their files read by us.</summary>
[Trait("tier", "peer")]
public sealed class TsharkAgrees : IDisposable
{
    private const int SnapLength = 1000;
    private const long Start = 1_700_000_000_000_000_000;

    private readonly TemporaryFolder _folder = new();

    public TsharkAgrees() => ToolRunner.Require("tshark", "tshark", "capinfos", "editcap", "text2pcap");

    [Fact]
    public async Task OnTheFieldsAndBytesOfOurFile()
    {
        List<Written> written = WriteFile(out string path);

        string output = await ToolRunner.RunSuccessfullyAsync(
            "tshark", "-n", "-r", path, "-T", "fields",
            "-e", "frame.number", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len",
            "-e", "frame.interface_name", "-e", "frame.packet_flags_direction");
        IEnumerable<string> expected = written.Select((w, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"{i + 1}\t{w.Timestamp / 1_000_000_000}.{w.Timestamp % 1_000_000_000:D9}\t"
            + $"{w.Original}\t{w.Stored.Length}\tport{w.Interface}\t{Direction(w)}"));

        Assert.Equal(expected, output.TrimEnd('\n').Split('\n'));
        Assert.Equal(written.Select(w => w.Stored), await RawBytesAsync(path));
    }

    [Fact]
    public async Task OnTheFilesKindAndInterfaces()
    {
        List<Written> written = WriteFile(out string path);

        string output = await ToolRunner.RunSuccessfullyAsync("capinfos", "-M", path);

        Assert.Contains("File type:           pcapng", output, StringComparison.Ordinal);
        Assert.Contains("File encapsulation:  ether", output, StringComparison.Ordinal);
        Assert.Contains("File timestamp precision:  nanoseconds (9)", output, StringComparison.Ordinal);
        Assert.Contains($"Number of packets:   {written.Count}", output, StringComparison.Ordinal);
        Assert.Contains("Number of interfaces in file: 3", output, StringComparison.Ordinal);
        Assert.Contains("Name = port1", output, StringComparison.Ordinal);
        Assert.Contains("Capture application: PollIO", output, StringComparison.Ordinal);
        Assert.Contains("Capture length = 1000", output, StringComparison.Ordinal);
        Assert.Contains("Number of stat entries = 1", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pcap", 1000, CaptureFormat.PcapMicroseconds)]
    [InlineData("nsecpcap", 1, CaptureFormat.PcapNanoseconds)]
    [InlineData("pcapng", 1, CaptureFormat.Pcapng)]
    public async Task WhenTheyConvertOurFileAndWeReadItBack(string format, long unit, CaptureFormat expectedFormat)
    {
        List<Written> written = WriteFile(out string path);
        string converted = _folder.PathOf("converted");
        await ToolRunner.RunSuccessfullyAsync("editcap", "-F", format, path, converted);

        using CaptureReader reader = CaptureReader.Open(converted);
        CaptureContents contents = CaptureContents.Of(reader);

        Assert.Equal(expectedFormat, reader.Format);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        bool hasInterfaces = expectedFormat == CaptureFormat.Pcapng;
        Assert.Equal(
            written.Select(w => new CaptureRecord(
                w.Timestamp / unit * unit,
                true,
                w.Stored.Length,
                w.Original,
                hasInterfaces ? w.Interface : 0,
                hasInterfaces ? w.Direction : PacketDirection.Unknown)),
            contents.Records.Select(r => r.Record));
        Assert.Equal(written.Select(w => w.Stored), contents.Records.Select(r => r.Data));
    }

    [Fact]
    public async Task WhenTheyMakeAFileFromText()
    {
        string text = _folder.PathOf("packet.txt");
        await File.WriteAllTextAsync(
            text, "1700000000.123456 000000 ff ff ff ff ff ff 02 00 00 00 00 01 08 00 45\n", TestContext.Current.CancellationToken);
        foreach (string format in (string[])["pcap", "nsecpcap", "pcapng"])
        {
            string path = _folder.PathOf(format);
            await ToolRunner.RunSuccessfullyAsync("text2pcap", "-q", "-F", format, "-t", "%s.%f", text, path);

            (CaptureRecord record, byte[] data) = Assert.Single(CaptureContents.Of(path).Records);

            Assert.Equal(1_700_000_000_123_456_000, record.TimestampNs);
            Assert.Equal("ffffffffffff020000000001080045", Convert.ToHexStringLower(data));
        }
    }

    [Fact]
    public async Task OnEveryHandBuiltSample()
    {
        foreach (SampleFiles.Sample sample in SampleFiles.All)
        {
            string path = _folder.Write("sample.cap", sample.Bytes);
            string output = await ToolRunner.RunSuccessfullyAsync(
                "tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.len", "-e", "frame.cap_len");

            IEnumerable<string> expected = CaptureContents.Of(path).Records.Select(r => $"{r.Record.OriginalLength}\t{r.Record.CapturedLength}");

            Assert.Equal(expected, output.TrimEnd('\n').Split('\n'));
            Assert.Equal(CaptureContents.Of(path).Records.Select(r => r.Data), await RawBytesAsync(path));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string Direction(Written written) =>
        written.Direction == PacketDirection.Unknown ? string.Empty : $"0x{(int)written.Direction:x8}";

    private static async Task<List<byte[]>> RawBytesAsync(string path)
    {
        // Each frame comes as lines of an offset and up to 16 bytes in hexadecimal, then an empty line.
        string output = await ToolRunner.RunSuccessfullyAsync("tshark", "-n", "-r", path, "-x", "--hexdump", "noascii");
        return [.. output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(ParseDump)];
    }

    private static byte[] ParseDump(string dump)
    {
        string[] lines = dump.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> bytes = lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        return Convert.FromHexString(string.Concat(bytes));
    }

    private List<Written> WriteFile(out string path)
    {
        path = _folder.PathOf("ours.pcapng");
        var random = new Random(11);
        var written = new List<Written>();
        using PcapngWriter writer = PcapngWriter.Create(path);
        for (int i = 0; i < 3; i++)
        {
            writer.AddInterface($"port{i}", SnapLength);
        }

        for (int i = 0; i < 200; i++)
        {
            byte[] data = CaptureContents.Packet(random.Next(14, 1515), i);
            var packet = new Written(
                Start + (i * 1_000_000_007L),
                i % 3,
                data.Length + (i % 5),
                data[..Math.Min(data.Length, SnapLength)],
                (PacketDirection)(i % 3));
            written.Add(packet);
            Assert.True(writer.TryWrite(packet.Interface, packet.Timestamp, packet.Original, data, packet.Direction));
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.True(writer.TryWriteStatistics(i, Start, 200, 0));
        }

        Assert.True(writer.Flush());
        return written;
    }

    private sealed record Written(long Timestamp, int Interface, int Original, byte[] Stored, PacketDirection Direction);
}
