using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class CorruptPcapngIsRefused
{
    private const CaptureStatus Corrupt = CaptureStatus.Corrupt;
    private const CaptureStatus Unsupported = CaptureStatus.Unsupported;
    private static readonly byte[] Packet = CaptureContents.Packet(60);

    public static TheoryData<string, byte[], CaptureStatus, string> Cases()
    {
        PcapngBytes b = new();
        return new()
        {
            { "length not a multiple of 4", After(f => f.Block(6, Packet, length: 73)), Corrupt, "block length 73 is not a multiple" },
            { "length below the minimum", After(f => f.Block(0x00C0FFEE, [], length: 8)), Corrupt, "block length 8 is less than the 12" },
            { "length below the type's minimum", After(f => f.Block(6, new byte[16])), Corrupt, "block length 28 is less than the 32" },
            { "length zero", After(f => f.Block(0, [], length: 0)), Corrupt, "block length 0" },
            { "packet block too long", After(f => f.Block(6, new byte[1 << 20])), Corrupt, "is more than the 1048576" },
            { "trailing length differs", After(f => f.Block(6, Packet, trailer: 76)), Corrupt, "is 72 at its start and 76 at its end" },
            { "unknown block's lengths differ", After(f => f.Block(0x00C0FFEE, [], trailer: 16)), Corrupt, "is 12 at its start and 16" },
            { "captured beyond the block", After(f => f.Enhanced(0, Packet, captured: 61)), Corrupt, "captured length 61 does not fit" },
            {
                "captured absurd", After(f => f.Enhanced(0, Packet, captured: uint.MaxValue)),
                Corrupt, "captured length 4294967295 is more"
            },
            { "original absurd", After(f => f.Enhanced(0, Packet, original: uint.MaxValue)), Corrupt, "original length 4294967295" },
            { "simple packet beyond its block", After(f => f.Simple(Packet, original: 64)), Corrupt, "captured length 64 does not fit" },
            { "interface undefined", After(f => f.Enhanced(0, Packet, interfaceId: 1)), Corrupt, "of interface 1, and" },
            { "interface id negative", After(f => f.Enhanced(0, Packet, interfaceId: uint.MaxValue)), Corrupt, "of interface 4294967295" },
            {
                "option beyond the block", After(f => f.Enhanced(0, Packet, options: [1, 0, 5, 0, 1, 2, 3, 4])),
                Corrupt, "does not fit its block"
            },
            {
                "end of options with a length", After(f => f.Enhanced(0, Packet, options: [0, 0, 4, 0, 0, 0, 0, 0])),
                Corrupt, "does not fit"
            },
            {
                "flags of the wrong size", After(f => f.Enhanced(0, Packet, options: b.Option(2, [1, 2]))),
                Corrupt, "has 2 bytes instead of 4"
            },
            {
                "resolution of the wrong size", After(f => f.Interface(options: b.Option(9, [1, 2]))),
                Corrupt, "if_tsresol option has 2 bytes"
            },
            { "offset of the wrong size", After(f => f.Interface(options: b.Option(14, [1]))), Corrupt, "if_tsoffset option has 1 bytes" },
            { "interface option beyond the block", After(f => f.Interface(options: [9, 0, 255, 255])), Corrupt, "does not fit its block" },
            { "section option beyond the block", After(f => f.SectionHeader(options: [9, 0, 8, 0])), Corrupt, "does not fit its block" },
            { "section magic", After(f => f.SectionHeader(magic: 0x1A2B3C4E)), Corrupt, "byte-order magic is 4e3c2b1a" },
            { "section version", After(f => f.SectionHeader(major: 2)), Unsupported, "pcapng version 2.0" },
            {
                "not Ethernet", After(f => f.Interface(linkType: 113).Enhanced(0, Packet, interfaceId: 1)),
                Unsupported, "link type 113 (LINUX_SLL)"
            },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithTheReasonAndThePlaceAndNothingLost(string why, byte[] file, CaptureStatus status, string expected)
    {
        CaptureContents contents = CaptureContents.Of(file);

        Assert.True(contents.Records.Count == 1, why);
        Assert.Equal(status, contents.Status);
        Assert.StartsWith("test.cap: read capture: record 2 at byte ", contents.Error!.Message, StringComparison.Ordinal);
        Assert.Contains(expected, contents.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SimplePacketBeforeAnyInterfaceIsCorrupt()
    {
        CaptureContents contents = CaptureContents.Of(new PcapngBytes().SectionHeader().Simple(Packet).ToArray());

        Assert.Equal(CaptureStatus.Corrupt, contents.Status);
    }

    [Fact]
    public void EndlessInterfacesAreCorrupt()
    {
        PcapngBytes file = new PcapngBytes().SectionHeader();
        for (int i = 0; i < 65537; i++)
        {
            file.Interface();
        }

        CaptureContents contents = CaptureContents.Of(file.ToArray());

        Assert.Equal(CaptureStatus.Corrupt, contents.Status);
        Assert.Contains("more than 65536 interfaces", contents.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorNamesTheBlocksOffset()
    {
        PcapngBytes file = new PcapngBytes().SectionHeader().Interface().Enhanced(0, Packet);
        int offset = file.Length;

        CaptureContents contents = CaptureContents.Of(file.Block(6, [], length: 4).ToArray());

        Assert.Equal(
            $"test.cap: read capture: record 2 at byte {offset}: block length 4 is less than the 32 bytes its type has",
            contents.Error!.Message);
    }

    [Fact]
    public void StatusStaysUntilRewound()
    {
        using CaptureReader reader = CaptureContents.Open(After(f => f.Block(0, [], length: 0)));
        CaptureContents.Of(reader);

        Assert.False(reader.TryReadNext(out _, out _));
        Assert.Equal(CaptureStatus.Corrupt, reader.Status);

        reader.Rewind();
        Assert.Equal(CaptureStatus.Record, reader.Status);
        Assert.Null(reader.Error);
        Assert.Single(CaptureContents.Of(reader).Records);
    }

    private static byte[] After(Func<PcapngBytes, PcapngBytes> block) =>
        block(new PcapngBytes().SectionHeader().Interface().Enhanced(0, Packet)).ToArray();
}
