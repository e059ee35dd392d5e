using System.Buffers.Binary;

namespace PollIO.Capture;

/// <summary>Tells capture files by their first bytes, and names the common files that are not what PollIO reads.</summary>
internal static class CaptureMagic
{
    private const string Operation = "open capture";
    private const int Length = 4;

    /// <summary>Makes the reader for what the file begins with; nothing of the file is taken.</summary>
    /// <exception cref="PollIOException">It begins with something else, or is shorter than any capture.</exception>
    internal static CaptureReader Identify(CaptureFile file)
    {
        if (!file.TryPeek(Length, out ReadOnlySpan<byte> magic))
        {
            throw TooShort(file);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(magic) switch
        {
            PcapSpec.MagicMicroseconds => new PcapReader(file, bigEndian: false, nanoseconds: false),
            PcapSpec.MagicNanoseconds => new PcapReader(file, bigEndian: false, nanoseconds: true),
            PcapngSpec.SHB => new PcapngReader(file),
            _ => BinaryPrimitives.ReadUInt32BigEndian(magic) switch
            {
                PcapSpec.MagicMicroseconds => new PcapReader(file, bigEndian: true, nanoseconds: false),
                PcapSpec.MagicNanoseconds => new PcapReader(file, bigEndian: true, nanoseconds: true),
                _ => throw Refusal(file.Name, magic),
            },
        };
    }

    private static PollIOException TooShort(CaptureFile file)
    {
        if (file.Failure is { } failure)
        {
            return new PollIOException(Operation, file.Name, "cannot be read", IoErrno.Of(failure), null, failure);
        }

        string reason = file.Available == 0 ? "is empty" : $"has {file.Available} bytes, too few for a capture file";
        return new PollIOException(Operation, file.Name, reason);
    }

    private static PollIOException Refusal(string name, ReadOnlySpan<byte> magic)
    {
        if (Compression(magic) is { } compression)
        {
            string remedy = $"decompress it first, for example: {compression.Command} {name}";
            return new PollIOException(Operation, name, $"is compressed with {compression.Format}", 0, remedy);
        }

        if (OtherCapture(magic) is { } other)
        {
            string remedy = $"convert it first, for example: editcap -F pcapng {name} {name}.pcapng";
            return new PollIOException(Operation, name, $"is in {other}, which is not supported", 0, remedy);
        }

        string found = Convert.ToHexStringLower(magic);
        string reason = $"is neither pcap nor pcapng, it begins with the bytes {found}";
        return new PollIOException(Operation, name, reason, 0, "give a pcap or pcapng file");
    }

    private static (string Format, string Command)? Compression(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1F, 0x8B, ..] => ("gzip", "gunzip"),
        [0x28, 0xB5, 0x2F, 0xFD] => ("zstd", "unzstd"),
        [0x04, 0x22, 0x4D, 0x18] => ("lz4", "unlz4"),
        [0xFD, 0x37, 0x7A, 0x58] => ("xz", "unxz"),
        [0x42, 0x5A, 0x68, _] => ("bzip2", "bunzip2"),
        _ => null,
    };

    private static string? OtherCapture(ReadOnlySpan<byte> magic)
    {
        if (magic.SequenceEqual("snoo"u8))
        {
            return "snoop format";
        }

        if (magic.SequenceEqual("GMBU"u8))
        {
            return "Microsoft Network Monitor format";
        }

        uint little = BinaryPrimitives.ReadUInt32LittleEndian(magic);
        return ModifiedPcap(little) ?? ModifiedPcap(BinaryPrimitives.ReverseEndianness(little));
    }

    private static string? ModifiedPcap(uint magic) => magic switch
    {
        0xA1B2CD34 => "the modified pcap format of Alexey Kuznetzov's libpcap patch",
        0xA1E2CB12 => "Navtel's modified pcap format",
        0x1C0001AC or 0x1C0001AB => "IXIA's modified pcap format",
        _ => null,
    };
}
