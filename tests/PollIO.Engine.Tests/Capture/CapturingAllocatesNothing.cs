using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

public sealed class CapturingAllocatesNothing : IDisposable
{
    private const int Packets = 100_000;

    private readonly TemporaryFolder _folder = new();

    public enum FileKind
    {
        Pcap,
        Pcapng,
        PcapngWithOptions,
    }

    [Theory]
    [InlineData(FileKind.Pcap)]
    [InlineData(FileKind.Pcapng)]
    [InlineData(FileKind.PcapngWithOptions)]
    public void WhileReading(FileKind kind)
    {
        using CaptureReader reader = CaptureReader.Open(_folder.Write("in.cap", Build(kind)));
        Assert.Equal(Packets, ReadAll(reader));
        reader.Rewind();

        int records = 0;
        long allocated = Allocations.Of(() =>
        {
            records = ReadAll(reader);
            reader.Rewind();
            records += ReadAll(reader);
        });

        Assert.Equal(2 * Packets, records);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void WhileWriting()
    {
        using PcapngWriter writer = PcapngWriter.Create(_folder.PathOf("out.pcapng"));
        int id = writer.AddInterface("eth0");
        byte[] data = CaptureContents.Packet(97);
        WriteAll(writer, id, data);

        long allocated = Allocations.Of(() => WriteAll(writer, id, data));

        Assert.Equal(0, allocated);
        Assert.Equal(4 * Packets, writer.PacketsWritten);
    }

    public void Dispose() => _folder.Dispose();

    private static int ReadAll(CaptureReader reader)
    {
        int records = 0;
        while (reader.TryReadNext(out _, out ReadOnlySpan<byte> data))
        {
            records += data.Length == 61 ? 1 : 0;
        }

        return records;
    }

    private static void WriteAll(PcapngWriter writer, int id, byte[] data)
    {
        for (int i = 0; i < Packets; i++)
        {
            writer.TryWrite(id, i, data.Length, data, PacketDirection.Inbound);
            writer.BeginPacket(id, i, data.Length, data.Length);
            writer.Append(data.AsSpan(0, 50));
            writer.Append(data.AsSpan(50));
            writer.EndPacket();
        }

        writer.TryWriteStatistics(id, 0, Packets, 0);
        writer.Flush();
    }

    private static byte[] Build(FileKind kind)
    {
        byte[] data = CaptureContents.Packet(61);
        var pcap = new PcapBytes();
        PcapngBytes pcapng = new PcapngBytes().SectionHeader().TimedInterface(0x8A, 5);
        byte[]? options = kind == FileKind.PcapngWithOptions ? pcapng.Flags(1) : null;
        for (int i = 0; i < Packets; i++)
        {
            if (kind == FileKind.Pcap)
            {
                pcap.Record((uint)i, 0, data);
            }
            else
            {
                pcapng.Enhanced((ulong)i, data, options: options);
            }
        }

        return kind == FileKind.Pcap ? pcap.ToArray() : pcapng.ToArray();
    }
}
