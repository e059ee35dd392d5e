using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class PcapngFilesAreRead
{
    private static readonly byte[] First = CaptureContents.Packet(60, 1);
    private static readonly byte[] Second = CaptureContents.Packet(61, 2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EnhancedPacketsInBothByteOrders(bool bigEndian)
    {
        var file = new PcapngBytes(bigEndian);
        file.SectionHeader().TimedInterface(9)
            .Enhanced(1_700_000_000_123_456_789, First)
            .Enhanced(1, Second, original: 1514, options: file.Flags(0b10));

        CaptureContents contents = CaptureContents.Of(file.ToArray());

        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        Assert.Equal(2, contents.Records.Count);
        Assert.Equal(new CaptureRecord(1_700_000_000_123_456_789, true, 60, 60, 0, PacketDirection.Unknown), contents.Records[0].Record);
        Assert.Equal(First, contents.Records[0].Data);
        Assert.Equal(new CaptureRecord(1, true, 61, 1514, 0, PacketDirection.Outbound), contents.Records[1].Record);
        Assert.Equal(Second, contents.Records[1].Data);
    }

    [Fact]
    public void MicrosecondsWithoutAResolutionOption()
    {
        CaptureContents contents = CaptureContents.Of(new PcapngBytes().SectionHeader().Interface().Enhanced(1_000_001, First).ToArray());

        Assert.Equal(1_000_001_000, Assert.Single(contents.Records).Record.TimestampNs);
    }

    [Fact]
    public void InterfacesKeepTheirOwnResolutionAndMayComeLate()
    {
        byte[] file = new PcapngBytes().SectionHeader()
            .TimedInterface(9).Enhanced(5, First)
            .TimedInterface(0, offsetSeconds: 10).Enhanced(5, Second, interfaceId: 1).Enhanced(6, First)
            .ToArray();

        CaptureContents contents = CaptureContents.Of(file);

        Assert.Equal([(5L, 0), (15_000_000_000L, 1), (6L, 0)], contents.Records.Select(r => (r.Record.TimestampNs, r.Record.InterfaceIndex)));
    }

    [Fact]
    public void SectionsMayChangeByteOrderAndForgetInterfaces()
    {
        byte[] little = new PcapngBytes().SectionHeader().TimedInterface(9).TimedInterface(9).Enhanced(1, First, interfaceId: 1).ToArray();
        byte[] big = new PcapngBytes(bigEndian: true).SectionHeader().TimedInterface(6).Enhanced(2, Second).ToArray();
        byte[] undefined = new PcapngBytes(bigEndian: true).SectionHeader().TimedInterface(6).Enhanced(2, Second, interfaceId: 1).ToArray();

        CaptureContents contents = CaptureContents.Of([.. little, .. big, .. little, .. undefined]);

        Assert.Equal([1L, 2_000L, 1L], contents.Records.Select(r => r.Record.TimestampNs));
        Assert.Equal(CaptureStatus.Corrupt, contents.Status);
        Assert.Contains("of interface 1, and the section has described 1", contents.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, 100)]
    [InlineData(40u, 40)]
    [InlineData(200u, 100)]
    public void SimplePacketsHaveNoTimestampAndTheInterfacesSnapLength(uint snapLength, int captured)
    {
        byte[] data = CaptureContents.Packet(captured);
        byte[] file = new PcapngBytes().SectionHeader().Interface(snapLength: snapLength).Simple(data, original: 100).ToArray();

        (CaptureRecord record, byte[] read) = Assert.Single(CaptureContents.Of(file).Records);

        Assert.Equal(new CaptureRecord(0, false, captured, 100, 0, PacketDirection.Unknown), record);
        Assert.Equal(data, read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ObsoletePacketBlocks(bool bigEndian)
    {
        var file = new PcapngBytes(bigEndian);
        file.SectionHeader().TimedInterface(9).TimedInterface(6).Obsolete(3, First, interfaceId: 1, drops: 7, options: file.Flags(0b01));

        (CaptureRecord record, byte[] read) = Assert.Single(CaptureContents.Of(file.ToArray()).Records);

        Assert.Equal(new CaptureRecord(3_000, true, 60, 60, 1, PacketDirection.Inbound), record);
        Assert.Equal(First, read);
    }

    [Fact]
    public void UnknownBlocksAndOptionsArePassedOver()
    {
        var file = new PcapngBytes();
        file.SectionHeader(minor: 2, options: [.. file.Option(1, "a comment"u8.ToArray()), .. file.Option(0, [])])
            .Block(0x00C0FFEE, [])
            .Interface(options: [.. file.Option(2, "eth0"u8.ToArray()), .. file.Option(0x8001, [1, 2, 3]), .. file.Option(9, [9])])
            .Block(0x8000_0001, new byte[3_000_000])
            .Enhanced(1, First, options: file.Option(1, "no end of options"u8.ToArray()))
            .Block(5, new byte[100]);

        CaptureContents contents = CaptureContents.Of(file.ToArray());

        Assert.Equal(1, Assert.Single(contents.Records).Record.TimestampNs);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
    }

    [Fact]
    public void DirectionIsReadBesideOtherFlags()
    {
        var file = new PcapngBytes();
        file.SectionHeader().Interface()
            .Enhanced(0, First, options: file.Flags(0xFFFF_FFFD))
            .Enhanced(0, First, options: file.Flags(0b11))
            .Enhanced(0, First, options: file.Flags(0));

        CaptureContents contents = CaptureContents.Of(file.ToArray());

        Assert.Equal(
            [PacketDirection.Inbound, PacketDirection.Unknown, PacketDirection.Unknown], contents.Records.Select(r => r.Record.Direction));
    }

    [Fact]
    public void UnrepresentableTimestampLeavesThePacket()
    {
        byte[] file = new PcapngBytes().SectionHeader().TimedInterface(0).Enhanced(ulong.MaxValue, First).ToArray();

        (CaptureRecord record, byte[] read) = Assert.Single(CaptureContents.Of(file).Records);

        Assert.False(record.HasTimestamp);
        Assert.Equal(0, record.TimestampNs);
        Assert.Equal(First, read);
    }

    [Fact]
    public void LongestPacketIsRead()
    {
        byte[] longest = CaptureContents.Packet(CaptureReader.MaxCapturedLength);
        byte[] file = new PcapngBytes().SectionHeader().Interface().Enhanced(0, longest).Simple(longest).Obsolete(0, longest).ToArray();

        CaptureContents contents = CaptureContents.Of(file);

        Assert.Equal(3, contents.Records.Count);
        Assert.All(contents.Records, r => Assert.Equal(longest, r.Data));
    }

    [Fact]
    public void ManyInterfacesAreKept()
    {
        PcapngBytes file = new PcapngBytes().SectionHeader();
        for (int i = 0; i < 100; i++)
        {
            file.TimedInterface(9, i);
        }

        CaptureContents contents = CaptureContents.Of(file.Enhanced(7, First, interfaceId: 99).ToArray());

        Assert.Equal(99_000_000_007, Assert.Single(contents.Records).Record.TimestampNs);
    }
}
