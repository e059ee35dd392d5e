using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class PcapFilesAreRead
{
    private static readonly byte[] First = CaptureContents.Packet(60, 1);
    private static readonly byte[] Second = CaptureContents.Packet(61, 2);

    [Theory]
    [InlineData(false, PcapBytes.Microseconds, 1_700_000_000_123_456_000, CaptureFormat.PcapMicroseconds)]
    [InlineData(true, PcapBytes.Microseconds, 1_700_000_000_123_456_000, CaptureFormat.PcapMicroseconds)]
    [InlineData(false, PcapBytes.Nanoseconds, 1_700_000_000_000_123_456, CaptureFormat.PcapNanoseconds)]
    [InlineData(true, PcapBytes.Nanoseconds, 1_700_000_000_000_123_456, CaptureFormat.PcapNanoseconds)]
    public void BothByteOrdersAndResolutions(bool bigEndian, uint magic, long expected, CaptureFormat format)
    {
        byte[] file = new PcapBytes(bigEndian, magic).Record(1_700_000_000, 123_456, First).Record(0, 0, Second, original: 1514).ToArray();

        using CaptureReader reader = CaptureContents.Open(file);
        CaptureContents contents = CaptureContents.Of(reader);

        Assert.Equal(format, reader.Format);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        Assert.Null(contents.Error);
        Assert.Equal(2, contents.Records.Count);
        Assert.Equal(new CaptureRecord(expected, true, 60, 60, 0, PacketDirection.Unknown), contents.Records[0].Record);
        Assert.Equal(First, contents.Records[0].Data);
        Assert.Equal(new CaptureRecord(0, true, 61, 1514, 0, PacketDirection.Unknown), contents.Records[1].Record);
        Assert.Equal(Second, contents.Records[1].Data);
    }

    [Fact]
    public void LiteralFileOfOtherTools()
    {
        // A header as tcpdump writes it on x86-64, and one 4-byte record.
        byte[] file = Convert.FromHexString(
            "d4c3b2a1" + "0200" + "0400" + "00000000" + "00000000" + "00000400" + "01000000"
            + "01000000" + "02000000" + "04000000" + "05000000" + "deadbeef");

        CaptureContents contents = CaptureContents.Of(file);

        Assert.Equal(new CaptureRecord(1_000_002_000, true, 4, 5, 0, PacketDirection.Unknown), Assert.Single(contents.Records).Record);
    }

    [Fact]
    public void LargestTimestampsDoNotOverflow()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes().Record(uint.MaxValue, uint.MaxValue, First).ToArray());

        Assert.Equal((uint.MaxValue * 1_000_000_000L) + (uint.MaxValue * 1_000L), Assert.Single(contents.Records).Record.TimestampNs);
    }

    [Fact]
    public void HeaderAloneIsAnEmptyCapture()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes().ToArray());

        Assert.Empty(contents.Records);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
    }

    [Fact]
    public void EmptyPacketIsARecord()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes().Record(1, 0, [], original: 64).ToArray());

        Assert.Equal(new CaptureRecord(1_000_000_000, true, 0, 64, 0, PacketDirection.Unknown), Assert.Single(contents.Records).Record);
    }

    [Fact]
    public void OriginalLengthBelowCapturedIsRaised()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes().Record(1, 0, First, original: 10).ToArray());

        Assert.Equal(60, Assert.Single(contents.Records).Record.OriginalLength);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
    }

    [Fact]
    public void CheckSequenceFlagInTheLinkTypeIsAccepted()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes(linkType: 0x2400_0001).Record(1, 0, First).ToArray());

        Assert.Single(contents.Records);
    }

    [Fact]
    public void LongestPacketIsReadAndALongerOneIsCorrupt()
    {
        byte[] longest = CaptureContents.Packet(CaptureReader.MaxCapturedLength);
        PcapBytes file = new PcapBytes().Record(1, 0, longest);
        int offset = file.Length;
        file.Record(2, 0, new byte[CaptureReader.MaxCapturedLength + 1]);

        CaptureContents contents = CaptureContents.Of(file.ToArray());

        Assert.Equal(longest, Assert.Single(contents.Records).Data);
        Assert.Equal(CaptureStatus.Corrupt, contents.Status);
        Assert.Equal(
            $"test.cap: read capture: record 2 at byte {offset}: captured length 262145 is more than the 262144 bytes a packet may have",
            contents.Error!.Message);
    }

    [Fact]
    public void AbsurdOriginalLengthIsCorrupt()
    {
        CaptureContents contents = CaptureContents.Of(new PcapBytes().Record(1, 0, First, original: 0x8000_0000).ToArray());

        Assert.Empty(contents.Records);
        Assert.Equal(CaptureStatus.Corrupt, contents.Status);
        Assert.Contains("original length 2147483648", contents.Error!.Message, StringComparison.Ordinal);
    }
}
