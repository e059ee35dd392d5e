namespace PollIO.Tests.Capture;

/// <summary>Small sound files that between them hold every structure the readers know, and where their records end.</summary>
internal static class SampleFiles
{
    /// <summary>A file, where its header ends, and for each offset where it may end well the records complete by then.</summary>
    internal sealed record Sample(string Name, byte[] Bytes, int HeaderLength, IReadOnlyDictionary<int, int> CleanEnds)
    {
        /// <summary>Records that are complete when the file is cut after <paramref name="length"/> bytes.</summary>
        internal int CompleteRecords(int length) => CleanEnds.Where(end => end.Key <= length).Max(end => end.Value);
    }

    internal static IReadOnlyList<Sample> All { get; } =
    [
        Pcap("pcap", bigEndian: false, PcapBytes.Microseconds),
        Pcap("big-endian nanosecond pcap", bigEndian: true, PcapBytes.Nanoseconds),
        Pcapng("pcapng", bigEndian: false),
        Pcapng("big-endian pcapng", bigEndian: true),
        TwoSections(),
    ];

    private static Sample Pcap(string name, bool bigEndian, uint magic)
    {
        var file = new PcapBytes(bigEndian, magic);
        int header = file.Length;
        var ends = new Dictionary<int, int> { [header] = 0 };
        for (int i = 0; i < 4; i++)
        {
            file.Record((uint)i, 5, CaptureContents.Packet(14 + (3 * i), i));
            ends[file.Length] = i + 1;
        }

        return new Sample(name, file.ToArray(), header, ends);
    }

    private static Sample Pcapng(string name, bool bigEndian)
    {
        var file = new PcapngBytes(bigEndian);
        file.SectionHeader();
        int header = file.Length;
        var ends = new Dictionary<int, int> { [header] = 0 };
        int records = 0;
        Add(f => f.TimedInterface(9, 3), 0);
        Add(f => f.Interface(snapLength: 20), 0);
        Add(f => f.Enhanced(1_000, CaptureContents.Packet(15), options: f.Flags(1)), 1);
        Add(f => f.Block(0x00C0FFEE, new byte[8]), 0);
        Add(f => f.Simple(CaptureContents.Packet(14, 2)), 1);
        Add(f => f.Obsolete(2_000, CaptureContents.Packet(17, 3), interfaceId: 1), 1);
        Add(f => f.Block(5, new byte[12]), 0);
        Add(f => f.Enhanced(3_000, CaptureContents.Packet(16, 4), interfaceId: 1), 1);
        return new Sample(name, file.ToArray(), header, ends);

        void Add(Func<PcapngBytes, PcapngBytes> block, int count)
        {
            block(file);
            records += count;
            ends[file.Length] = records;
        }
    }

    private static Sample TwoSections()
    {
        Sample first = Pcapng(string.Empty, bigEndian: false);
        Sample second = Pcapng(string.Empty, bigEndian: true);
        var ends = new Dictionary<int, int>(first.CleanEnds);
        foreach ((int offset, int records) in second.CleanEnds)
        {
            ends[first.Bytes.Length + offset] = first.CompleteRecords(first.Bytes.Length) + records;
        }

        return new Sample("two sections", [.. first.Bytes, .. second.Bytes], first.HeaderLength, ends);
    }
}
