using PollIO.Capture;

namespace PollIO.Lab.Tests.Support;

/// <summary>What QEMU recorded on the wire of a NIC, in both directions, from a moment on: what was there, whatever a driver counts.</summary>
internal sealed class WireCapture
{
    private const int HeaderSize = 24;

    private readonly string _path;
    private readonly long _start;

    /// <param name="nic">"dut0" or "dut1".</param>
    internal WireCapture(string nic)
    {
        _path = Guest.PathInShare($"{nic}.pcap");
        _start = Math.Max(HeaderSize, new FileInfo(_path).Length);
    }

    /// <summary>The frames recorded since this object was made.</summary>
    internal List<byte[]> Frames()
    {
        using FileStream file = File.Open(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] recorded = new byte[HeaderSize + file.Length - _start];
        file.ReadExactly(recorded, 0, HeaderSize);
        file.Position = _start;
        file.ReadExactly(recorded, HeaderSize, recorded.Length - HeaderSize);

        var frames = new List<byte[]>();
        using CaptureReader reader = CaptureReader.Open(new MemoryStream(recorded), _path);
        while (reader.TryReadNext(out _, out ReadOnlySpan<byte> frame))
        {
            frames.Add(frame.ToArray());
        }

        return frames;
    }
}
