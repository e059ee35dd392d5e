namespace PollIO.Lab.Tests.Support;

/// <summary>A page that holds a frame with bytes found nowhere else.</summary>
internal sealed unsafe class MarkedMemory : IDisposable
{
    internal const int FrameSize = 100;

    private const int HeaderSize = 14;

    private readonly DmaMemory _memory;
    private readonly DmaRegion _region;
    private readonly byte[] _mark;

    /// <param name="memory">Where the page is taken from.</param>
    internal MarkedMemory(DmaMemory memory)
    {
        _memory = memory;
        _region = memory.Allocate(new DmaRequest((nuint)Environment.SystemPageSize));
        _mark = NewMark();
        Write(Span, _mark);
    }

    internal nint Address => _region.Address;

    private Span<byte> Span => new((void*)_region.Address, (int)_region.Length);

    /// <summary>Sixteen bytes that no other frame has.</summary>
    internal static byte[] NewMark() => Guid.NewGuid().ToByteArray();

    /// <summary>Writes a frame to nobody: of the type for local experiments (IEEE 802, 0x88B5), the mark behind its header.</summary>
    internal static void Write(Span<byte> frame, byte[] mark)
    {
        frame.Clear();
        frame[0] = 0x02;
        frame[6] = 0x02;
        frame[12] = 0x88;
        frame[13] = 0xB5;
        mark.CopyTo(frame[HeaderSize..]);
    }

    /// <summary>How many of the frames hold the page's mark anywhere.</summary>
    internal int CountIn(IEnumerable<byte[]> frames) => Count(frames, _mark);

    internal static int Count(IEnumerable<byte[]> frames, byte[] mark) => frames.Count(frame => frame.AsSpan().IndexOf(mark) >= 0);

    /// <summary>Whether the page is as it was made.</summary>
    internal bool IsUntouched()
    {
        byte[] expected = new byte[_region.Length];
        Write(expected, _mark);
        return Span.SequenceEqual(expected);
    }

    public void Dispose() => _memory.Free(_region);
}
