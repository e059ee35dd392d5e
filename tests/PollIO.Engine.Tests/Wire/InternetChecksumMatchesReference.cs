using System.Buffers.Binary;

namespace PollIO.Tests.Wire;

public sealed class InternetChecksumMatchesReference
{
    private static readonly byte[] Noise = MakeNoise();

    [Fact]
    public void ExampleOfRfc1071Section3()
    {
        byte[] example = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];

        Assert.Equal(0xddf2, InternetChecksum.Fold(InternetChecksum.Accumulate(0, example)));
        Assert.Equal(0x220d, InternetChecksum.Compute(example));
    }

    [Fact]
    public void EveryLengthUpTo4096()
    {
        for (int length = 0; length <= 4096; length++)
        {
            ReadOnlySpan<byte> data = Noise.AsSpan(length & 63, length);

            Assert.Equal(ReferenceChecksum.Compute(data), InternetChecksum.Compute(data));
        }
    }

    [Fact]
    public void EveryAlignmentAroundEveryVectorWidth()
    {
        foreach (int length in (int[])[1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 1500, 1501])
        {
            for (int offset = 0; offset < 130; offset++)
            {
                ReadOnlySpan<byte> data = Noise.AsSpan(offset, length);

                Assert.Equal(ReferenceChecksum.Compute(data), InternetChecksum.Compute(data));
            }
        }
    }

    [Theory]
    [InlineData((byte)0xff)]
    [InlineData((byte)0x00)]
    public void ExtremesDoNotLoseACarry(byte fill)
    {
        byte[] data = new byte[1 << 20];
        Array.Fill(data, fill);
        foreach (int length in (int[])[0, 1, 2, 7, 64, 1499, 65535, 65536, 1 << 20])
        {
            Assert.Equal(ReferenceChecksum.Compute(data.AsSpan(0, length)), InternetChecksum.Compute(data.AsSpan(0, length)));
        }
    }

    [Fact]
    public void ChainsOfAnyPieceLengthsGiveTheSumOfTheWhole()
    {
        Random random = new(1071);
        for (int round = 0; round < 20_000; round++)
        {
            int length = random.Next(2048);
            ReadOnlySpan<byte> whole = Noise.AsSpan(random.Next(64), length);
            ulong sum = 0;
            int at = 0;
            while (at < length)
            {
                int piece = Math.Min(length - at, random.Next(1, 300));
                sum = InternetChecksum.Accumulate(sum, whole.Slice(at, piece), (at & 1) != 0);
                at += piece;
            }

            Assert.Equal(ReferenceChecksum.Sum(whole), InternetChecksum.Fold(sum));
            Assert.Equal(ReferenceChecksum.Compute(whole), InternetChecksum.Finish(sum));
        }
    }

    [Fact]
    public void AnySumCanBeContinued()
    {
        foreach (ulong sum in (ulong[])[0, 1, 0xffff, 0x1_0000, uint.MaxValue, 1UL << 32, ulong.MaxValue - 1, ulong.MaxValue])
        {
            byte[] asBytes = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(asBytes, sum);
            byte[] all = [.. asBytes, .. Noise.AsSpan(0, 100)];

            Assert.Equal(ReferenceChecksum.Sum(all), InternetChecksum.Fold(InternetChecksum.Accumulate(sum, Noise.AsSpan(0, 100))));
            Assert.Equal(ReferenceChecksum.Sum(asBytes), InternetChecksum.Fold(sum));
        }
    }

    [Fact]
    public void PseudoHeadersAreThoseOfTheStandards()
    {
        Random random = new(768);
        byte[] addresses = new byte[32];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(addresses);
            byte[] segment = Noise[..random.Next(1500)];
            IPv4Address source4 = new(BinaryPrimitives.ReadUInt32BigEndian(addresses));
            IPv4Address destination4 = new(BinaryPrimitives.ReadUInt32BigEndian(addresses.AsSpan(4)));
            IPv6Address source6 = Read6(addresses);
            IPv6Address destination6 = Read6(addresses.AsSpan(16));
            ulong sum4 = InternetChecksum.PseudoHeader(source4, destination4, IpProtocol.Udp, (ushort)segment.Length);
            ulong sum6 = InternetChecksum.PseudoHeader(source6, destination6, IpProtocol.Icmpv6, (uint)segment.Length);

            Assert.Equal(
                ReferenceChecksum.SumWithPseudoHeader(addresses.AsSpan(0, 4), addresses.AsSpan(4, 4), IpProtocol.Udp, segment),
                InternetChecksum.Fold(InternetChecksum.Accumulate(sum4, segment)));
            Assert.Equal(
                ReferenceChecksum.SumWithPseudoHeader(addresses.AsSpan(0, 16), addresses.AsSpan(16, 16), IpProtocol.Icmpv6, segment),
                InternetChecksum.Fold(InternetChecksum.Accumulate(sum6, segment)));
        }
    }

    [Fact]
    public void AddedWordCountsAsTwoBytes()
    {
        for (int value = 0; value <= ushort.MaxValue; value += 97)
        {
            byte[] word = [(byte)(value >> 8), (byte)value];

            Assert.Equal(
                InternetChecksum.Fold(InternetChecksum.Accumulate(InternetChecksum.Accumulate(0, Noise.AsSpan(0, 50)), word)),
                InternetChecksum.Fold(InternetChecksum.AddWord(InternetChecksum.Accumulate(0, Noise.AsSpan(0, 50)), (ushort)value)));
        }
    }

    [Fact]
    public void UpdateEqualsRecomputing()
    {
        Random random = new(1624);
        for (int round = 0; round < 100_000; round++)
        {
            byte[] header = Noise[..20];
            random.NextBytes(header);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), 0);
            ushort before = InternetChecksum.Compute(header);
            ushort old16 = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(8));
            uint old32 = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            ushort new16 = (ushort)random.Next(0x10000);
            uint new32 = (uint)random.NextInt64(0x1_0000_0000);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), new16);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), new32);

            Assert.Equal(
                InternetChecksum.Compute(header), InternetChecksum.Update(InternetChecksum.Update(before, old16, new16), old32, new32));
        }
    }

    [Fact]
    public void UpdateKeepsTheCaseThatRfc1624Section4IsAbout()
    {
        Assert.Equal(0x0000, InternetChecksum.Update(0xdd2f, 0x5555, 0x3285));
    }

    [Fact]
    public void OneFlippedBitIsNoticed()
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.IcmpEcho);
        Assert.True(InternetChecksum.IsValid(message));
        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(InternetChecksum.IsValid(message));
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static IPv6Address Read6(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    private static byte[] MakeNoise()
    {
        byte[] noise = new byte[8192];
        new Random(42).NextBytes(noise);
        return noise;
    }
}
