using System.Buffers.Binary;
using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class MutatedFilesEndWell
{
    private const int Files = 200_000;
    private const int MinRecordLength = 16;

    private static readonly uint[] Edges = [0, 1, 3, 4, 12, 28, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF, 262_144, 262_145, 1 << 20];

    [Fact]
    public void WithAStatusOrAnErrorOfOpenAndNeverForeignBytes()
    {
        var random = new Random(20250101);
        var statuses = new HashSet<CaptureStatus>();
        int refused = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] file = Mutate(SampleFiles.All[i % SampleFiles.All.Count].Bytes, random);
            try
            {
                using CaptureReader reader = CaptureContents.Open(file);
                long records = ReadAll(reader, file);
                statuses.Add(reader.Status);
                if (i % 16 == 0)
                {
                    reader.Rewind();
                    Assert.Equal(records, ReadAll(reader, file));
                }
            }
            catch (PollIOException)
            {
                refused++;
            }
        }

        // A mutation that only ever breaks the header would test nothing.
        Assert.True(refused is > Files / 100 and < Files / 2, $"{refused} refused");
        Assert.Equal(
            [CaptureStatus.EndOfFile, CaptureStatus.Truncated, CaptureStatus.Corrupt, CaptureStatus.Unsupported], statuses.Order());
    }

    private static long ReadAll(CaptureReader reader, byte[] file)
    {
        while (reader.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            Assert.True(reader.RecordsRead <= file.Length / MinRecordLength, "more records than the file has room for");
            Assert.True(data.Length == record.CapturedLength && data.Length <= record.OriginalLength, "lengths");
            Assert.True(file.AsSpan().IndexOf(data) >= 0, "bytes that are not the file's");
        }

        return reader.RecordsRead;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] file = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            switch (random.Next(6))
            {
                case 0:
                    file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[random.Next(file.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    PutEdge(file, random);
                    break;
                case 3:
                    file = file[..random.Next(file.Length / 2, file.Length + 1)];
                    break;
                case 4:
                    int from = random.Next(file.Length);
                    int to = random.Next(from, Math.Min(file.Length, from + 64));
                    file = [.. file[..to], .. file[from..]];
                    break;
                default:
                    int cut = random.Next(file.Length);
                    file = [.. file[..cut], .. file[Math.Min(file.Length, cut + random.Next(1, 16))..]];
                    break;
            }

            if (file.Length < sizeof(uint))
            {
                break;
            }
        }

        return file;
    }

    private static void PutEdge(byte[] file, Random random)
    {
        Span<byte> place = file.AsSpan(random.Next(file.Length / 4) * 4 % (file.Length - 3));
        uint value = Edges[random.Next(Edges.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(place, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(place, value);
        }
    }
}
