using System.Runtime.InteropServices;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

public sealed partial class OpeningErrorsNameTheCause : IDisposable
{
    private const int SomebodyElse = 65533;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<byte[], string> Contents() => new()
    {
        { [], "is empty" },
        { [0xD4], "has 1 bytes, too few for a capture file" },
        { [0xD4, 0xC3, 0xB2, 0xA1, 2, 0], "ends after 6 bytes, inside its 24-byte pcap file header" },
        { [0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0], "ends after 8 bytes, inside its first pcapng section header" },
        { "hello world"u8.ToArray(), "is neither pcap nor pcapng, it begins with the bytes 68656c6c" },
        { [0x1F, 0x8B, 8, 0, 0], "is compressed with gzip; decompress it first, for example: gunzip" },
        { [0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd; decompress it first" },
        { [0xFD, 0x37, 0x7A, 0x58, 0x5A], "is compressed with xz; decompress it first" },
        { [0x42, 0x5A, 0x68, 0x39], "is compressed with bzip2; decompress it first" },
        { [0x04, 0x22, 0x4D, 0x18], "is compressed with lz4; decompress it first" },
        { [0x34, 0xCD, 0xB2, 0xA1], "is in the modified pcap format of Alexey Kuznetzov" },
        { [0xA1, 0xB2, 0xCD, 0x34], "is in the modified pcap format of Alexey Kuznetzov" },
        { "snoop\0\0\0"u8.ToArray(), "is in snoop format, which is not supported; convert it first" },
        { "GMBU"u8.ToArray(), "is in Microsoft Network Monitor format" },
        { new PcapBytes(major: 2, minor: 3).ToArray(), "is of pcap version 2.3, only version 2.4 is supported" },
        { new PcapBytes(bigEndian: true, major: 3).ToArray(), "is of pcap version 3.4" },
        { new PcapBytes(linkType: 105).ToArray(), "has link type 105 (IEEE802_11), only 1 (ETHERNET) is supported" },
        { new PcapBytes(bigEndian: true, linkType: 7777).ToArray(), "has link type 7777, only 1 (ETHERNET) is supported" },
        { new PcapBytes(linkType: 0x0001_0001).ToArray(), "has reserved bits set in its link type field, 0x00010001" },
        { new PcapngBytes().SectionHeader(major: 2).ToArray(), "is of pcapng version 2.0, only version 1.0 is supported" },
        { new PcapngBytes().SectionHeader(minor: 1).ToArray(), "is of pcapng version 1.1" },
        { new PcapngBytes().SectionHeader(magic: 0).ToArray(), "byte-order magic is 00000000" },
        { new PcapngBytes().SectionHeader().Interface(linkType: 276).Enhanced(0, [1]).ToArray(), "link type 276 (LINUX_SLL2), only" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void OfContents(byte[] contents, string expected)
    {
        string path = _folder.Write("in.cap", contents);

        PollIOException error = Assert.Throws<PollIOException>(() => CaptureReader.Open(path));

        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfMissingFiles()
    {
        PollIOException file = Assert.Throws<PollIOException>(() => CaptureReader.Open(_folder.PathOf("none.pcap")));
        PollIOException folder = Assert.Throws<PollIOException>(() => CaptureReader.Open(_folder.PathOf("none/none.pcap")));

        Assert.Equal(2, file.Errno);
        Assert.EndsWith(
            "cannot be opened for reading (No such file or directory, ENOENT); check the path", file.Message, StringComparison.Ordinal);
        Assert.Equal(2, folder.Errno);
    }

    [Fact]
    public void OfDirectories()
    {
        PollIOException error = Assert.Throws<PollIOException>(() => CaptureReader.Open(_folder.PathOf(".")));

        Assert.Contains("is a directory, not a capture file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfFilesThatMayNotBeRead()
    {
        // The folder is its owner's alone.
        string path = _folder.Write("secret.pcap", new PcapBytes().ToArray());

        PollIOException? error = null;
        RunWithoutPrivilege(() => error = Record.Exception(() => CaptureReader.Open(path)) as PollIOException);

        Assert.NotNull(error);
        Assert.Equal(13, error.Errno);
        Assert.Contains("EACCES); give this user the right to read it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfFilesThatMayNotBeCreated()
    {
        PollIOException folder = Assert.Throws<PollIOException>(() => PcapngWriter.Create(_folder.PathOf(".")));
        PollIOException missing = Assert.Throws<PollIOException>(() => PcapngWriter.Create(_folder.PathOf("none/out.pcapng")));
        PollIOException? forbidden = null;
        RunWithoutPrivilege(() => forbidden = Record.Exception(() => PcapngWriter.Create(_folder.PathOf("out.pcapng"))) as PollIOException);

        Assert.Contains("is a directory", folder.Message, StringComparison.Ordinal);
        Assert.EndsWith("ENOENT); create its directory first", missing.Message, StringComparison.Ordinal);
        Assert.NotNull(forbidden);
        Assert.EndsWith("EACCES); choose a directory this user may write to", forbidden.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAFileAnotherWriterHasOpen()
    {
        string path = _folder.PathOf("out.pcapng");
        using PcapngWriter writer = PcapngWriter.Create(path);

        PollIOException error = Assert.Throws<PollIOException>(() => PcapngWriter.Create(path));

        Assert.EndsWith("EAGAIN); another capture is being written to it, choose another file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ButDevicesAreShared()
    {
        using PcapngWriter first = PcapngWriter.Create("/dev/null");
        using PcapngWriter second = PcapngWriter.Create("/dev/null");

        Assert.True(second.Flush());
    }

    public void Dispose() => _folder.Dispose();

    // Root may open anything. Linux checks files against an identity that each thread can change for itself, so the test can still be refused.
    private static void RunWithoutPrivilege(Action action)
    {
        bool changed = false;
        var thread = new Thread(() =>
        {
            // The call reports the identity before it and no error; a second one tells whether the first worked.
            _ = SetFileSystemUser(SomebodyElse);
            changed = SetFileSystemUser(SomebodyElse) == SomebodyElse;
            if (changed)
            {
                action();
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(changed, "needs root, to act as somebody else");
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
