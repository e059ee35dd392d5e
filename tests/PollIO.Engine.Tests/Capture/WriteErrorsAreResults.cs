using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class WriteErrorsAreResults
{
    private static readonly byte[] Data = CaptureContents.Packet(1500);

    [Fact]
    public void OfAFullDisk()
    {
        using PcapngWriter writer = PcapngWriter.Create("/dev/full");
        int id = writer.AddInterface("eth0");
        int written = 0;
        while (written < 10_000 && writer.TryWrite(id, 0, Data.Length, Data))
        {
            written++;
        }

        Assert.InRange(written, 1, 1000);
        Assert.Equal(28, writer.Error!.Errno);
        Assert.Equal(
            "/dev/full: write capture: cannot be written after 0 bytes (No space left on device, ENOSPC)", writer.Error.Message);
        Assert.False(writer.TryWrite(id, 0, Data.Length, Data));
        Assert.False(writer.TryWriteStatistics(id, 0, 0, 0));
        Assert.False(writer.Flush());
        Assert.Same(writer.Error, Assert.Throws<PollIOException>(() => writer.AddInterface("eth1")));
    }

    [Fact]
    public void OfAFlushOrDispose()
    {
        PcapngWriter writer = PcapngWriter.Create("/dev/full");
        Assert.False(writer.Flush());
        Assert.NotNull(writer.Error);

        PcapngWriter unflushed = PcapngWriter.Create("/dev/full");
        unflushed.Dispose();
        Assert.NotNull(unflushed.Error);
        writer.Dispose();
    }

    [Fact]
    public void OfPacketsInPieces()
    {
        using PcapngWriter writer = PcapngWriter.Open(new RecordingStream(limit: 0), "out");
        int id = writer.AddInterface("eth0");
        Assert.False(writer.Flush());

        Assert.False(writer.BeginPacket(id, 0, 10, 10));
        writer.Append(new byte[10]);
        Assert.False(writer.EndPacket());
        Assert.Equal(0, writer.PacketsWritten);
    }

    [Fact]
    public void ThatKeepWhatWasWrittenBefore()
    {
        var stream = new RecordingStream(limit: 3 << 20);
        using PcapngWriter writer = PcapngWriter.Open(stream, "out");
        int id = writer.AddInterface("eth0");
        while (writer.TryWrite(id, 0, Data.Length, Data))
        {
        }

        Assert.Equal(stream.Length, writer.BytesFlushed);
        CaptureContents contents = CaptureContents.Of(stream.ToArray());
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        Assert.InRange(contents.Records.Count, 1300, 2100);
    }

    [Fact]
    public void ButMisuseThrows()
    {
        PcapngWriter writer = PcapngWriter.Open(new MemoryStream(), "out");
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryWrite(0, 0, 1, [1]));
        int id = writer.AddInterface("eth0");

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddInterface("eth1", snapLength: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddInterface("eth1", snapLength: PcapngWriter.MaxCapturedLength + 1));
        Assert.Throws<ArgumentException>(() => writer.AddInterface(new string('x', 65536)));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryWrite(-1, 0, 1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryWrite(id, 0, 0, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.BeginPacket(id, 0, -5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.TryWriteStatistics(1, 0, 0, 0));
        Assert.Throws<InvalidOperationException>(() => writer.Append([1]));
        Assert.Throws<InvalidOperationException>(() => writer.EndPacket());

        Assert.True(writer.BeginPacket(id, 0, 3, 3));
        writer.Append([1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Append([3, 4]));
        Assert.Throws<InvalidOperationException>(() => writer.EndPacket());
        Assert.Throws<InvalidOperationException>(() => writer.BeginPacket(id, 0, 3, 3));
        Assert.Throws<InvalidOperationException>(() => writer.AddInterface("eth1"));
        Assert.Throws<InvalidOperationException>(() => writer.Flush());
        writer.Append([3]);
        Assert.True(writer.EndPacket());

        writer.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.TryWrite(id, 0, 1, [1]));
        Assert.Throws<ObjectDisposedException>(() => writer.Flush());
    }
}
