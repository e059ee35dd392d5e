namespace PollIO.Tests.Wire;

public sealed class WireAllocatesNothing
{
    [Fact]
    public void ParsingBuildingChecksummingAndSegmentingStayOffTheHeap()
    {
        byte[] frame = new FrameRecipe { VlanTags = 1, IPv6 = true, Payload = new byte[3000] }.Build();
        byte[] buffer = new byte[4096];
        char[] text = new char[32];
        int work = Run(frame, buffer, text);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1000; round++)
        {
            work += Run(frame, buffer, text);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, work);
    }

    private static int Run(byte[] frame, byte[] buffer, char[] text)
    {
        FrameLayout layout = PacketParser.Parse(frame);
        int work = (int)ChecksumCompletion.VerifyTransport(frame, layout);
        if (GsoSegmenter.TryCreate(frame, 1400, GsoKind.TcpIPv6, out GsoSegmenter segmenter))
        {
            while (segmenter.TryWriteNext(buffer, out int written))
            {
                work += written;
            }
        }

        if (IPv4HeaderWriter.TryCreate(buffer, 8, 100, out IPv4HeaderWriter ip)
            && UdpHeaderWriter.TryCreate(ip.Payload, 92, out UdpHeaderWriter udp))
        {
            ip.Source = LiteralFrames.Host1;
            ip.UpdateChecksum();
            udp.UpdateChecksum(ip.PseudoHeaderSum);
        }

        if (IPv4Header.TryParse(buffer, out IPv4Header header) && header.IsChecksumValid)
        {
            work += header.Payload.Length;
        }

        LiteralFrames.Mac1.TryFormat(text, out int mac);
        LiteralFrames.Host1.TryFormat(text, out int host);
        return work + mac + host + (MacAddress.TryParse("02:00:00:00:00:01".AsSpan(), out _) ? 1 : 0);
    }
}
