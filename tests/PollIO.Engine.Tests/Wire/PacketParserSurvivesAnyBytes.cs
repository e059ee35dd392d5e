namespace PollIO.Tests.Wire;

public sealed class PacketParserSurvivesAnyBytes
{
    private const int Frames = 1_000_000;

    private static readonly byte[] Interesting = [0, 1, 6, 17, 43, 44, 51, 58, 59, 60, 0x40, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xf0, 0xff];

    [Fact]
    public void MutatedFramesStayWithinBounds()
    {
        Random random = new(20260101);
        byte[][] seeds = MakeSeeds(random);

        // The frame stands at the very end of its array: what reads beyond it faults where bounds are checked, and where they are
        // not, it reads the guard bytes, which are changed for a second parse that has to say the same.
        byte[] buffer = new byte[1024];
        const int Guard = 64;
        for (int round = 0; round < Frames; round++)
        {
            byte[] seed = seeds[round % seeds.Length];
            int length = random.Next(8) == 0 ? random.Next(seed.Length + 1) : seed.Length;
            Span<byte> frame = buffer.AsSpan(buffer.Length - Guard - length, length);
            seed.AsSpan(0, length).CopyTo(frame);
            for (int changes = random.Next(6); changes > 0 && length > 12; changes--)
            {
                int at = random.Next(12, Math.Min(length, 120));
                frame[at] = random.Next(2) == 0 ? Interesting[random.Next(Interesting.Length)] : (byte)random.Next(256);
            }

            buffer.AsSpan(buffer.Length - Guard).Clear();
            FrameLayout layout = PacketParser.Parse(frame);
            AssertConsistent(layout, length, length);
            (ChecksumStatus network, ChecksumStatus transport) = Verify(frame, layout);

            buffer.AsSpan(buffer.Length - Guard).Fill(0xff);
            if (!PacketParser.Parse(frame).Equals(layout) || Verify(frame, layout) != (network, transport))
            {
                Assert.Fail($"reads beyond the frame {Convert.ToHexString(frame)}");
            }

            int split = random.Next(length + 1);
            AssertConsistent(PacketParser.Parse(frame[..split], length), split, length);
        }
    }

    [Fact]
    public void NoiseStaysWithinBounds()
    {
        Random random = new(7);
        byte[] frame = new byte[256];
        for (int round = 0; round < Frames / 10; round++)
        {
            int length = random.Next(frame.Length);
            random.NextBytes(frame);
            AssertConsistent(PacketParser.Parse(frame.AsSpan(0, length)), length, length);
        }
    }

    [Fact]
    public void ViewsSurviveMutatedFrames()
    {
        Random random = new(8);
        byte[][] seeds = MakeSeeds(random);
        long seen = 0;
        for (int round = 0; round < Frames / 10; round++)
        {
            byte[] bytes = seeds[round % seeds.Length][EthernetHeader.Size..];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> part = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            if (IPv4Header.TryParse(part, out IPv4Header v4))
            {
                seen += v4.Payload.Length + v4.Options.Length;
            }

            if (IPv6Header.TryParse(part, out IPv6Header v6))
            {
                IPv6ExtensionChain.TryWalk(v6.NextHeader, v6.Payload, out IPv6ExtensionChain chain);
                Assert.InRange(chain.Length, 0, v6.PayloadLength);
                Assert.InRange(chain.FinalDestinationOffset, 0, Math.Max(0, chain.Length - IPv6Address.Size));
            }

            if (TcpHeader.TryParse(part, out TcpHeader tcp))
            {
                HeaderOptionReader options = new(tcp.Options);
                while (options.TryRead(out HeaderOption option))
                {
                    seen += option.Data.Length;
                }
            }

            if (Icmpv6Header.TryParse(part, out Icmpv6Header icmp))
            {
                seen += icmp.Options.Length + (icmp.TryGetLinkLayerAddress(NeighborOptionKind.SourceLinkLayerAddress, out _) ? 1 : 0);
            }

            if (UdpHeader.TryParse(part, out UdpHeader udp))
            {
                seen += udp.Payload.Length;
            }
        }

        Assert.NotEqual(0, seen);
    }

    private static (ChecksumStatus Network, ChecksumStatus Transport) Verify(ReadOnlySpan<byte> frame, in FrameLayout layout) =>
        (ChecksumCompletion.VerifyIPv4Header(frame, layout), ChecksumCompletion.VerifyTransport(frame, layout));

    private static void AssertConsistent(in FrameLayout layout, int given, int frameLength)
    {
        // One condition, so that a million rounds do not build a million assertion objects.
        bool consistent =
            layout.L2Length + layout.L3Length + layout.L4Length == layout.PayloadOffset
            && layout.PayloadOffset <= layout.End
            && layout.PayloadOffset <= given
            && layout.End <= frameLength
            && layout.VlanTags <= PacketParser.MaxVlanTags
            && (layout.Type.Transport() != PacketType.Fragment || layout.IsFragment)
            && (!layout.IsFragment || layout.L4Length == 0)
            && (layout.L3Length == 0) == (layout.Type.Network() == PacketType.Unknown)
            && (layout.L4Length == 0 || layout.Type.Transport() != PacketType.Unknown);
        if (!consistent)
        {
            Assert.Fail(
                $"{layout.Type} {layout.Flags} {layout.L2Length}+{layout.L3Length}+{layout.L4Length} -> {layout.PayloadOffset} "
                + $"of {layout.End} in {given} of {frameLength}");
        }
    }

    private static byte[][] MakeSeeds(Random random) =>
    [
        .. ((string[])[
            LiteralFrames.ArpRequest, LiteralFrames.IcmpEcho, LiteralFrames.NeighborSolicitation, LiteralFrames.MulticastListenerReport,
            LiteralFrames.UdpRouterAlert, LiteralFrames.UdpIPv6, LiteralFrames.TcpSyn]).Select(LiteralFrames.Bytes),
        .. Enumerable.Range(0, 50).Select(_ => FrameRecipe.Random(random, 200).Build()),
    ];
}
