using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

public sealed class LargeFilesAreRead : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void OffsetsBeyondFourGibibytes()
    {
        // Two unknown blocks of almost 3 GiB each, left as holes in a sparse file, then a packet and the start of another.
        const uint Hole = 0xBFFF_FFF0;
        string path = _folder.PathOf("sparse.pcapng");
        byte[] packet = CaptureContents.Packet(60);
        PcapngBytes start = new PcapngBytes().SectionHeader().Interface();
        byte[] end = new PcapngBytes().SectionHeader().Interface().Enhanced(5, packet).ToArray();
        using (FileStream file = File.Create(path))
        {
            file.Write(start.ToArray());
            for (int i = 0; i < 2; i++)
            {
                file.Write(new ByteWriter().U32(0x00C0FFEE).U32(Hole).ToArray());
                file.Seek(Hole - 12, SeekOrigin.Current);
                file.Write(new ByteWriter().U32(Hole).ToArray());
            }

            file.Write(end.AsSpan(start.Length));
            file.Write([6, 0, 0, 0]);
        }

        using CaptureReader reader = CaptureReader.Open(path);
        for (int pass = 0; pass < 2; pass++)
        {
            CaptureContents contents = CaptureContents.Of(reader);

            Assert.Equal(packet, Assert.Single(contents.Records).Data);
            Assert.Equal(CaptureStatus.Truncated, contents.Status);
            Assert.Contains($"record 2 at byte {start.Length + (2L * Hole) + 92}:", contents.Error!.Message, StringComparison.Ordinal);
            reader.Rewind();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecordsAcrossTheEdgesOfTheBuffer(bool pcapng)
    {
        var random = new Random(7);
        var expected = new List<byte[]>();
        var pcapFile = new PcapBytes();
        PcapngBytes pcapngFile = new PcapngBytes().SectionHeader().Interface();
        for (int i = 0; i < 3_000; i++)
        {
            byte[] packet = CaptureContents.Packet(i % 500 == 0 ? CaptureReader.MaxCapturedLength - i : random.Next(60, 1515), i);
            expected.Add(packet);
            pcapFile.Record((uint)i, 0, packet);
            pcapngFile.Enhanced((ulong)i, packet);
        }

        CaptureContents contents = CaptureContents.Of(_folder.Write("in.cap", pcapng ? pcapngFile.ToArray() : pcapFile.ToArray()));

        Assert.Equal(CaptureStatus.EndOfFile, contents.Status);
        Assert.Equal(expected, contents.Records.Select(r => r.Data));
    }

    public void Dispose() => _folder.Dispose();
}
