using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

public sealed class PcapngWriterWritesBlocks : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void LiteralBytes()
    {
        using var stream = new MemoryStream();
        using (PcapngWriter writer = PcapngWriter.Open(stream, "out", leaveOpen: true))
        {
            int id = writer.AddInterface("eth0", snapLength: 0x1234);
            writer.TryWrite(id, 0x0102030405060708, 9, [0xA0, 0xA1, 0xA2, 0xA3, 0xA4]);
            writer.TryWrite(id, 1, 4, [0xB0, 0xB1, 0xB2, 0xB3], PacketDirection.Outbound);
            writer.TryWriteStatistics(id, 0x0102030405060708, 7, 3);
        }

        string expected =
            "0a0d0d0a" + "2c000000" + "4d3c2b1a" + "0100" + "0000" + "ffffffffffffffff"
            + "0400" + "0600" + "506f6c6c494f0000" + "00000000" + "2c000000"
            + "01000000" + "28000000" + "0100" + "0000" + "34120000"
            + "0200" + "0400" + "65746830" + "0900" + "0100" + "09000000" + "00000000" + "28000000"
            + "06000000" + "28000000" + "00000000" + "04030201" + "08070605" + "05000000" + "09000000" + "a0a1a2a3a4000000" + "28000000"
            + "06000000" + "30000000" + "00000000" + "00000000" + "01000000" + "04000000" + "04000000" + "b0b1b2b3"
            + "0200" + "0400" + "02000000" + "00000000" + "30000000"
            + "05000000" + "34000000" + "00000000" + "04030201" + "08070605"
            + "0400" + "0800" + "0700000000000000" + "0500" + "0800" + "0300000000000000" + "00000000" + "34000000";
        Assert.Equal(expected, Convert.ToHexStringLower(stream.ToArray()));
    }

    [Fact]
    public void WhatTheReaderReads()
    {
        string path = _folder.PathOf("out.pcapng");
        var random = new Random(3);
        var written = new List<(CaptureRecord Record, byte[] Data)>();
        using (PcapngWriter writer = PcapngWriter.Create(path, new PcapngWriterOptions { Hardware = "x86", OperatingSystem = "Linux ü" }))
        {
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal(i, writer.AddInterface($"port{i}", description: i == 2 ? "the third" : null));
            }

            for (int i = 0; i < 5_000; i++)
            {
                byte[] data = CaptureContents.Packet(i == 0 ? CaptureReader.MaxCapturedLength : random.Next(0, 1600), i);
                var record = new CaptureRecord(
                    random.NextInt64(), true, data.Length, data.Length + random.Next(0, 2000), i % 6, (PacketDirection)random.Next(3));
                written.Add((record, data));
                Assert.True(writer.TryWrite(record.InterfaceIndex, record.TimestampNs, record.OriginalLength, data, record.Direction));
            }

            Assert.True(writer.Flush());
            Assert.Equal(5_000, writer.PacketsWritten);
            Assert.Equal(writer.BytesFlushed, new FileInfo(path).Length);
        }

        CaptureContents contents = CaptureContents.Of(path);

        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        Assert.Equal(written.Select(w => w.Record), contents.Records.Select(r => r.Record));
        Assert.Equal(written.Select(w => w.Data), contents.Records.Select(r => r.Data));
    }

    [Fact]
    public void InPiecesAsInOnePiece()
    {
        byte[] data = CaptureContents.Packet(1001);
        byte[] whole = Write(w => w.TryWrite(0, 5, 2000, data, PacketDirection.Inbound));

        for (int first = 0; first <= data.Length; first += 7)
        {
            byte[] pieces = Write(w =>
            {
                Assert.True(w.BeginPacket(0, 5, data.Length, 2000, PacketDirection.Inbound));
                w.Append(data.AsSpan(0, first));
                w.Append([]);
                w.Append(data.AsSpan(first));
                Assert.True(w.EndPacket());
            });
            Assert.Equal(whole, pieces);
        }
    }

    [Fact]
    public void NoMoreThanTheSnapLength()
    {
        byte[] data = CaptureContents.Packet(200);
        byte[] file = Write(
            w =>
            {
                w.TryWrite(0, 5, 300, data);
                w.BeginPacket(0, 6, 200, 300);
                w.Append(data.AsSpan(0, 60));
                w.Append(data.AsSpan(60, 100));
                w.Append(data.AsSpan(160));
                w.EndPacket();
            },
            snapLength: 65);

        CaptureContents contents = CaptureContents.Of(file);

        Assert.Equal(2, contents.Records.Count);
        Assert.All(contents.Records, r => Assert.Equal((65, 300), (r.Record.CapturedLength, r.Record.OriginalLength)));
        Assert.All(contents.Records, r => Assert.Equal(data[..65], r.Data));
    }

    [Fact]
    public void TimesBefore1970AsZero() =>
        Assert.Equal(0, Assert.Single(CaptureContents.Of(Write(w => w.TryWrite(0, -1, 1, [1]))).Records).Record.TimestampNs);

    [Fact]
    public void WholeOnesAtEachWriteSoThatAnInterruptedCaptureIsSound()
    {
        var stream = new RecordingStream();
        using PcapngWriter writer = PcapngWriter.Open(stream, "out");
        writer.AddInterface("eth0");
        byte[] data = CaptureContents.Packet(3333);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(writer.TryWrite(0, i, data.Length, data));
        }

        byte[] file = stream.ToArray();

        Assert.True(stream.WriteEnds.Count >= 3, "the buffer never filled");
        Assert.All(stream.WriteEnds, end => Assert.Equal(CaptureStatus.EndOfFile, CaptureContents.Of(file[..end]).Status));
    }

    [Fact]
    public void EqualOnesForEqualInput() => Assert.Equal(Write(Packets), Write(Packets));

    [Fact]
    public void IntoAPipe()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var handle = new SafeFileHandle(pipe.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        using (PcapngWriter writer = PcapngWriter.Open(handle, "pipe"))
        {
            writer.AddInterface("eth0");
            Packets(writer);
            Assert.True(writer.Flush());
        }

        pipe.DisposeLocalCopyOfClientHandle();
        using CaptureReader reader = CaptureReader.Open(pipe, "pipe");

        Assert.Equal(10, CaptureContents.Of(reader).Records.Count);
    }

    [Fact]
    public void OverAnOlderFileAndForOthersToReadAtMost()
    {
        string path = _folder.Write("out.pcapng", new byte[1_000_000]);
        PcapngWriter.Create(path).Dispose();
        string created = _folder.PathOf("new.pcapng");
        PcapngWriter.Create(created).Dispose();

        Assert.Equal(44, new FileInfo(path).Length);

        // 0644, or less where the umask says so.
        UnixFileMode mode = new FileInfo(created).UnixFileMode;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode & ~(UnixFileMode.GroupRead | UnixFileMode.OtherRead));
    }

    [Fact]
    public void NotOfPacketsLeftOpen()
    {
        byte[] file = Write(w =>
        {
            Packets(w);
            w.BeginPacket(0, 1, 10, 10);
            w.Append([1, 2, 3]);
        });

        CaptureContents contents = CaptureContents.Of(file);

        Assert.Equal(10, contents.Records.Count);
        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
    }

    public void Dispose() => _folder.Dispose();

    private static void Packets(PcapngWriter writer)
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.True(writer.TryWrite(0, i, 60 + i, CaptureContents.Packet(60 + i, i)));
        }
    }

    private static byte[] Write(Action<PcapngWriter> packets, int snapLength = PcapngWriter.MaxCapturedLength)
    {
        using var stream = new MemoryStream();
        using (PcapngWriter writer = PcapngWriter.Open(stream, "out", leaveOpen: true))
        {
            writer.AddInterface("eth0", snapLength);
            packets(writer);
        }

        return stream.ToArray();
    }
}
