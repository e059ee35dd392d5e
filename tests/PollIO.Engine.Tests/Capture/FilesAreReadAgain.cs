using System.IO.Pipes;
using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class FilesAreReadAgain
{
    [Fact]
    public void FromTheFirstRecordAsOftenAsWanted()
    {
        foreach (SampleFiles.Sample sample in SampleFiles.All)
        {
            using CaptureReader reader = CaptureContents.Open(sample.Bytes);
            CaptureContents first = CaptureContents.Of(reader);
            for (int pass = 0; pass < 3; pass++)
            {
                reader.Rewind();
                Assert.Equal(0, reader.RecordsRead);
                CaptureContents again = CaptureContents.Of(reader);
                Assert.Equal(first.Records.Select(r => r.Record), again.Records.Select(r => r.Record));
                Assert.Equal(first.Records.Select(r => r.Data), again.Records.Select(r => r.Data));
            }
        }
    }

    [Fact]
    public void FromTheMiddleOfAFileLongerThanTheBuffer()
    {
        var file = new PcapBytes();
        for (int i = 0; i < 40; i++)
        {
            file.Record((uint)i, 0, CaptureContents.Packet(100_000, i));
        }

        using CaptureReader reader = CaptureContents.Open(file.ToArray());
        for (int i = 0; i < 30; i++)
        {
            Assert.True(reader.TryReadNext(out _, out _));
        }

        reader.Rewind();

        Assert.Equal(40, CaptureContents.Of(reader).Records.Count);
    }

    [Fact]
    public void FromWhereTheStreamStood()
    {
        SampleFiles.Sample sample = SampleFiles.All[2];
        var stream = new MemoryStream([1, 2, 3, .. sample.Bytes]) { Position = 3 };
        using CaptureReader reader = CaptureReader.Open(stream, "test.cap");
        CaptureContents first = CaptureContents.Of(reader);

        reader.Rewind();

        Assert.Equal(first.Records.Count, CaptureContents.Of(reader).Records.Count);
    }

    [Fact]
    public void ButNotFromAPipe()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new AnonymousPipeClientStream(PipeDirection.In, pipe.GetClientHandleAsString());
        pipe.Write(SampleFiles.All[0].Bytes);
        pipe.Dispose();
        using CaptureReader reader = CaptureReader.Open(end, "pipe");

        Assert.False(reader.CanRewind);
        Assert.Equal(4, CaptureContents.Of(reader).Records.Count);
        Assert.Throws<PollIOException>(reader.Rewind);
    }

    [Fact]
    public void AndNotAfterDispose()
    {
        CaptureReader reader = CaptureContents.Open(SampleFiles.All[0].Bytes);
        reader.Dispose();
        reader.Dispose();

        Assert.Throws<ObjectDisposedException>(() => reader.TryReadNext(out _, out _));
    }
}
