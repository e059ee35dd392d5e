namespace PollIO.Tests.Packets;

public sealed class PacketBytesFollowAModel
{
    private const int DataRoom = 200;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomOperationsAgreeWithAListOfBytes(int seed)
    {
        var random = new Random(seed);
        using PacketPool pool = Pools.Create(count: 64, dataRoom: DataRoom);
        for (int round = 0; round < 8; round++)
        {
            Packet packet = pool.Take();
            var model = new List<byte>();
            var segments = new List<int> { 0 };
            int headroom = pool.Headroom;
            for (int step = 0; step < 60; step++)
            {
                Change(pool, random, packet, model, segments, ref headroom);
                Check(packet, model, segments, headroom);
            }

            packet.Free();
            Assert.Equal(0, pool.Outstanding);
        }
    }

    // The model: all bytes, the length of every segment, and the room before the first.
    private static void Change(PacketPool pool, Random random, Packet packet, List<byte> model, List<int> segments, ref int headroom)
    {
        int length = random.Next(0, 80);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        switch (random.Next(5))
        {
            case 0:
                bool prepended = packet.TryPrepend(length, out Span<byte> front);
                Assert.Equal(length <= headroom, prepended);
                if (prepended)
                {
                    bytes.CopyTo(front);
                    model.InsertRange(0, bytes);
                    segments[0] += length;
                    headroom -= length;
                }

                break;
            case 1:
                int tailroom = packet.LastSegment().Tailroom;
                bool appended = packet.TryAppend(length, out Span<byte> back);
                Assert.Equal(length <= tailroom, appended);
                if (appended)
                {
                    bytes.CopyTo(back);
                    model.AddRange(bytes);
                    segments[^1] += length;
                }

                break;
            case 2:
                bool trimmed = packet.TryTrimStart(length);
                Assert.Equal(length <= segments[0], trimmed);
                if (trimmed)
                {
                    model.RemoveRange(0, length);
                    segments[0] -= length;
                    headroom += length;
                }

                break;
            case 3:
                bool cut = packet.TryTrimEnd(length);
                Assert.Equal(length <= segments[^1], cut);
                if (cut)
                {
                    model.RemoveRange(model.Count - length, length);
                    segments[^1] -= length;
                }

                break;
            case 4 when segments.Count < 5:
                Packet tail = pool.Take();
                Assert.True(tail.TryAppend(length, out Span<byte> room));
                bytes.CopyTo(room);
                packet.Chain(tail);
                model.AddRange(bytes);
                segments.Add(length);
                break;
            default:
                Assert.False(packet.TryPrepend(-1, out _));
                Assert.False(packet.TryAppend(-1, out _));
                Assert.False(packet.TryTrimStart(-1));
                Assert.False(packet.TryTrimEnd(-1));
                break;
        }
    }

    private static void Check(Packet packet, List<byte> model, List<int> segments, int headroom)
    {
        Assert.Equal(model.Count, packet.Length);
        Assert.Equal(segments.Count, packet.SegmentCount);
        Assert.Equal(headroom, packet.Headroom);
        var lengths = new List<int>();
        var bytes = new List<byte>();
        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            lengths.Add(segment.Data.Length);
            bytes.AddRange(segment.Data);
            Assert.Equal(segment.Data, segment.Memory.Span);
        }

        Assert.Equal(segments, lengths);
        Assert.Equal(model, bytes);
        var copy = new byte[model.Count + 3];
        Assert.Equal(model.Count, packet.CopyTo(copy));
        Assert.Equal(model, copy[..model.Count]);
        int part = model.Count / 2;
        Assert.Equal(part, packet.CopyTo(copy.AsSpan(0, part)));
    }
}
