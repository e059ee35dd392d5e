using System.Buffers.Binary;

namespace PollIO.Tests.Wire;

public sealed class SegmentationCutsFrames
{
    [Fact]
    public void LiteralTcpFrameBecomesTheseFrames()
    {
        byte[] frame = new FrameRecipe
        {
            Payload = [1, 2, 3, 4, 5],
            TcpFlags = TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin | TcpFlags.Cwr,
        }.Build();

        List<byte[]> segments = Segment(frame, 2, GsoKind.TcpIPv4);

        Assert.Equal(3, segments.Count);
        Assert.Equal([1, 2], segments[0][54..]);
        Assert.Equal([3, 4], segments[1][54..]);
        Assert.Equal([5], segments[2][54..]);
        Assert.Equal([0xfffe, 0xffff, 0x0000], segments.Select(static s => (int)BinaryPrimitives.ReadUInt16BigEndian(s.AsSpan(18))));
        Assert.Equal([0xfffff000, 0xfffff002, 0xfffff004], segments.Select(static s => BinaryPrimitives.ReadUInt32BigEndian(s.AsSpan(38))));
        Assert.Equal(
            [TcpFlags.Ack | TcpFlags.Cwr, TcpFlags.Ack, TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin],
            segments.Select(static s => (TcpFlags)(BinaryPrimitives.ReadUInt16BigEndian(s.AsSpan(46)) & 0x1ff)));
    }

    [Fact]
    public void SequenceNumberWraps()
    {
        byte[] frame = new FrameRecipe { Sequence = 0xffff_ffff, Payload = new byte[4] }.Build();

        Assert.Equal(
            [0xffff_ffff, 1u],
            Segment(frame, 2, GsoKind.TcpIPv4).Select(static s => BinaryPrimitives.ReadUInt32BigEndian(s.AsSpan(38))));
    }

    [Fact]
    public void AnySizeAnyHeadersAnySegmentSize()
    {
        Random random = new(1500);
        for (int round = 0; round < 4000; round++)
        {
            FrameRecipe recipe = FrameRecipe.Random(random, round % 100 == 0 ? 65000 - 160 : 3000);
            ushort size = (ushort)random.Next(1, round % 10 == 0 ? 65536 : 1500);
            byte[] frame = recipe.Build();
            byte[] before = [.. frame];
            SpoilChecksums(frame, recipe, random);

            List<byte[]> segments = Segment(frame, size, recipe.Kind);

            AssertSegments(recipe, size, segments);
            Assert.Equal(before[..recipe.L2Length], segments[0][..recipe.L2Length]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    public void WhatFitsIntoOneSegmentStaysAsItIs(int length)
    {
        FrameRecipe recipe = new()
        {
            Payload = [.. Enumerable.Range(0, length).Select(static i => (byte)i)],
            TcpFlags = TcpFlags.Syn | TcpFlags.Cwr,
        };
        byte[] frame = recipe.Build();

        Assert.Equal([frame], Segment(frame, 100, GsoKind.TcpIPv4));
    }

    [Fact]
    public void UrgentPointerCountsFromEachSegment()
    {
        byte[] frame = new FrameRecipe { Payload = new byte[30], TcpFlags = TcpFlags.Ack | TcpFlags.Urg, UrgentPointer = 15 }.Build();

        Assert.Equal(
            [(true, 15), (true, 5), (false, 0)],
            Segment(frame, 10, GsoKind.TcpIPv4)
                .Select(static s => ((s[47] & 0x20) != 0, (int)BinaryPrimitives.ReadUInt16BigEndian(s.AsSpan(52)))));
    }

    [Fact]
    public void ShortDestinationConsumesNothing()
    {
        byte[] frame = new FrameRecipe { Payload = new byte[5] }.Build();
        Assert.True(GsoSegmenter.TryCreate(frame, 3, GsoKind.TcpIPv4, out GsoSegmenter segmenter));
        byte[] destination = new byte[100];

        Assert.Equal((2, 57), (segmenter.SegmentCount, segmenter.NextLength));
        Assert.False(segmenter.TryWriteNext(destination.AsSpan(0, 56), out int written));
        Assert.Equal(0, written);
        Assert.Equal(new byte[100], destination);
        Assert.Equal(57, segmenter.NextLength);
        Assert.True(segmenter.TryWriteNext(destination.AsSpan(0, 57), out written));
        Assert.Equal(57, written);
        Assert.Equal(56, segmenter.NextLength);
        Assert.True(segmenter.TryWriteNext(destination, out written));
        Assert.Equal(56, written);
        Assert.Equal(0, destination[57]);
        Assert.Equal(0, segmenter.NextLength);
        Assert.False(segmenter.TryWriteNext(destination, out written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void RoutingHeaderPutsTheLastHopIntoTheChecksum()
    {
        byte[] routing = LiteralFrames.Bytes("0002020100000000 20010db8000000000000000000000099");
        byte[] frame = new FrameRecipe { IPv6 = true, Payload = new byte[50], Extensions = [(IpProtocol.Routing, routing)] }.Build();

        foreach (byte[] segment in Segment(frame, 20, GsoKind.TcpIPv6))
        {
            Assert.Equal(
                0xffff,
                ReferenceChecksum.SumWithPseudoHeader(segment.AsSpan(22, 16), segment.AsSpan(62, 16), IpProtocol.Tcp, segment.AsSpan(78)));
        }
    }

    [Fact]
    public void DefaultSegmenterIsEmpty()
    {
        GsoSegmenter segmenter = default;

        Assert.Equal((0, 0), (segmenter.SegmentCount, segmenter.NextLength));
        Assert.False(segmenter.TryWriteNext(new byte[100], out _));
    }

    private static List<byte[]> Segment(byte[] frame, ushort size, GsoKind kind)
    {
        Assert.True(GsoSegmenter.TryCreate(frame, size, kind, out GsoSegmenter segmenter, out GsoError error), error.ToString());
        List<byte[]> segments = [];
        byte[] buffer = new byte[frame.Length];
        while (segmenter.NextLength > 0)
        {
            int next = segmenter.NextLength;
            Assert.True(segmenter.TryWriteNext(buffer, out int written));
            Assert.Equal(next, written);
            segments.Add(buffer[..written]);
        }

        Assert.Equal(segmenter.SegmentCount, segments.Count);
        return segments;
    }

    private static void AssertSegments(FrameRecipe recipe, int size, List<byte[]> segments)
    {
        int count = Math.Max(1, (recipe.Payload.Length + size - 1) / size);
        Assert.Equal(count, segments.Count);
        byte[] header = recipe.Build()[..recipe.HeaderLength];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] segment = segments[i];
            FrameLayout layout = PacketParser.Parse(segment);
            Assert.Equal((FrameFlags.None, segment.Length, recipe.HeaderLength), (layout.Flags, layout.End, layout.PayloadOffset));
            Assert.Equal(recipe.IPv6 ? ChecksumStatus.Unknown : ChecksumStatus.Good, ChecksumCompletion.VerifyIPv4Header(segment, layout));
            Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(segment, layout));

            ReadOnlySpan<byte> payload = segment.AsSpan(recipe.HeaderLength);
            Assert.Equal(Math.Min(size, recipe.Payload.Length - at), payload.Length);
            Assert.True(payload.SequenceEqual(recipe.Payload.AsSpan(at, payload.Length)));
            AssertHeaders(recipe, header, segment, i, at, i == count - 1);
            at += payload.Length;
        }

        Assert.Equal(recipe.Payload.Length, at);
    }

    // Everything in the headers is as in the source, but for what has to differ.
    private static void AssertHeaders(FrameRecipe recipe, byte[] original, byte[] segment, int index, int at, bool last)
    {
        byte[] expected = [.. original];
        Span<byte> network = expected.AsSpan(recipe.L2Length);
        Span<byte> transport = network[recipe.L3Length..];
        int transportLength = segment.Length - recipe.L2Length - recipe.L3Length;
        if (recipe.IPv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(segment.Length - recipe.L2Length - 40));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)(segment.Length - recipe.L2Length));
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(recipe.Identification + index));
            segment.AsSpan(recipe.L2Length + 10, 2).CopyTo(network[10..]);
        }

        if (recipe.Udp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transportLength);
            segment.AsSpan(recipe.L2Length + recipe.L3Length + 6, 2).CopyTo(transport[6..]);
        }
        else
        {
            Assert.True(TcpHeaderWriter.TryWrap(transport, out TcpHeaderWriter tcp));
            tcp.SequenceNumber += (uint)at;
            tcp.Flags &= ~((index > 0 ? TcpFlags.Cwr : 0) | (last ? 0 : TcpFlags.Fin | TcpFlags.Psh));
            if (recipe.TcpFlags.HasFlag(TcpFlags.Urg))
            {
                bool beyond = at > 0 && recipe.UrgentPointer <= at;
                tcp.Flags &= ~(beyond ? TcpFlags.Urg : 0);
                tcp.UrgentPointer = (ushort)Math.Max(0, recipe.UrgentPointer - at);
            }

            segment.AsSpan(recipe.L2Length + recipe.L3Length + 16, 2).CopyTo(transport[16..]);
        }

        Assert.Equal(expected, segment[..recipe.HeaderLength]);
    }

    private static void SpoilChecksums(byte[] frame, FrameRecipe recipe, Random random)
    {
        random.NextBytes(frame.AsSpan(recipe.L2Length + recipe.L3Length + (recipe.Udp ? 6 : 16), 2));
        if (!recipe.IPv6)
        {
            random.NextBytes(frame.AsSpan(recipe.L2Length + 10, 2));
        }
    }
}
