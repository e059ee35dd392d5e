using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class TruncationLosesNothing
{
    [Fact]
    public void CutAtEveryOffset()
    {
        foreach (SampleFiles.Sample sample in SampleFiles.All)
        {
            for (int length = 0; length <= sample.Bytes.Length; length++)
            {
                byte[] cut = sample.Bytes[..length];
                CheckCut(sample, cut, () => CaptureContents.Open(cut));
                CheckCut(sample, cut, () => CaptureReader.Open(new TricklingStream(cut), "test.cap"));
            }
        }
    }

    [Fact]
    public void MessageSaysWhereTheFileEnds()
    {
        PcapBytes file = new PcapBytes().Record(1, 0, CaptureContents.Packet(60));

        CaptureContents contents = CaptureContents.Of([.. file.ToArray(), .. new byte[10]]);

        Assert.Equal(
            "test.cap: read capture: record 2 at byte 100: the file ends at byte 110, inside this record's header", contents.Error!.Message);
    }

    [Fact]
    public void ReadErrorIsNotTakenForTheEnd()
    {
        SampleFiles.Sample sample = SampleFiles.All[0];
        for (int length = sample.HeaderLength; length <= sample.Bytes.Length; length++)
        {
            var failure = new IOException("Input/output error", 5);
            using CaptureReader reader = CaptureReader.Open(new TricklingStream(sample.Bytes[..length], failure), "test.cap");

            CaptureContents contents = CaptureContents.Of(reader);

            Assert.Equal(sample.CompleteRecords(length), contents.Records.Count);
            Assert.Equal(CaptureStatus.ReadFailed, contents.Status);
            Assert.Contains("EIO", contents.Error!.Message, StringComparison.Ordinal);
        }
    }

    private static void CheckCut(SampleFiles.Sample sample, byte[] cut, Func<CaptureReader> open)
    {
        string where = $"{sample.Name} cut after {cut.Length} bytes";
        if (cut.Length < sample.HeaderLength)
        {
            Assert.True(Record.Exception(open) is PollIOException, where);
            return;
        }

        using CaptureReader reader = open();
        CaptureContents contents = CaptureContents.Of(reader);

        Assert.True(sample.CompleteRecords(cut.Length) == contents.Records.Count, where);
        CaptureStatus expected = sample.CleanEnds.ContainsKey(cut.Length) ? CaptureStatus.EndOfFile : CaptureStatus.Truncated;
        Assert.True(expected == contents.Status, $"{where}: {contents.Status}");
        Assert.Equal(expected == CaptureStatus.Truncated, contents.Error is not null);
    }
}
