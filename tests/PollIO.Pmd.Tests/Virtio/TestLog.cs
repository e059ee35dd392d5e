using System.Numerics;
using System.Runtime.InteropServices;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>A dirty log of guest memory from address 0 on, with bits behind it that nobody may set.</summary>
internal sealed unsafe class TestLog : IDisposable
{
    private const int Margin = 4096;

    private readonly ulong* _words;
    private readonly nuint _length;

    /// <param name="bytes">Bytes of the log.</param>
    internal TestLog(ulong bytes)
    {
        _length = (nuint)bytes;
        _words = (ulong*)NativeMemory.AlignedAlloc(_length + Margin, 4096);
        new Span<byte>(_words, (int)_length + Margin).Clear();
        Log = new DirtyLog((nint)_words, bytes);
    }

    internal DirtyLog Log { get; }

    /// <summary>Bytes of a log up to a guest address.</summary>
    internal static ulong LengthFor(ulong end) => ((end >> DirtyLog.PageShift) + 63) / 64 * 8;

    /// <summary>Takes the pages that are marked, in order, by their distance from one; the log is empty then.</summary>
    internal List<long> Take(ulong from)
    {
        var pages = new List<long>();
        var all = new Span<ulong>(_words, (int)(_length + sizeof(ulong) - 1) / sizeof(ulong));
        for (int at = 0; (at = all.IndexOfAnyExcept(0UL)) >= 0; all[at] = 0)
        {
            for (ulong bits = all[at]; bits != 0; bits &= bits - 1)
            {
                pages.Add((at * 64L) + BitOperations.TrailingZeroCount(bits) - (long)(from >> DirtyLog.PageShift));
            }
        }

        return pages;
    }

    internal void AssertNothingBehind() => Assert.False(new Span<byte>((byte*)_words + _length, Margin).ContainsAnyExcept((byte)0), "bits were set behind the log");

    public void Dispose() => NativeMemory.AlignedFree(_words);
}
