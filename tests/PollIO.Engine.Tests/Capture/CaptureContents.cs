using PollIO.Capture;

namespace PollIO.Tests.Capture;

/// <summary>All that a capture file gives: its records, and how it ended.</summary>
internal sealed record CaptureContents(List<(CaptureRecord Record, byte[] Data)> Records, CaptureStatus Status, PollIOException? Error)
{
    internal static CaptureContents Of(byte[] file)
    {
        using CaptureReader reader = Open(file);
        return Of(reader);
    }

    internal static CaptureContents Of(string path)
    {
        using CaptureReader reader = CaptureReader.Open(path);
        return Of(reader);
    }

    internal static CaptureContents Of(CaptureReader reader)
    {
        var records = new List<(CaptureRecord, byte[])>();
        while (reader.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            Assert.Equal(record.CapturedLength, data.Length);
            records.Add((record, data.ToArray()));
        }

        Assert.Equal(records.Count, reader.RecordsRead);
        return new CaptureContents(records, reader.Status, reader.Error);
    }

    internal static CaptureReader Open(byte[] file) => CaptureReader.Open(new MemoryStream(file, writable: false), "test.cap");

    /// <summary>Bytes that differ from packet to packet and from place to place.</summary>
    internal static byte[] Packet(int length, int seed = 1)
    {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
        {
            data[i] = (byte)((i * 7) + (seed * 31));
        }

        return data;
    }
}
