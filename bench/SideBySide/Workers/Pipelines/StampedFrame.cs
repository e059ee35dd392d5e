using System.Runtime.InteropServices;

namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>What the producing side writes and the consuming side reads, in every way compared.</summary>
internal static class StampedFrame
{
    private const int Words = 8;

    /// <summary>Sequence, time stamp, 64 bytes.</summary>
    internal const int Length = (2 + Words) * sizeof(long);

    internal static void Write(Span<byte> frame, long sequence, long stamp)
    {
        Span<long> words = MemoryMarshal.Cast<byte, long>(frame)[..(2 + Words)];
        words[0] = sequence;
        words[1] = stamp;
        for (int i = 2; i < words.Length; i++)
        {
            words[i] = sequence;
        }
    }

    /// <summary>Reads every byte.</summary>
    /// <returns>The time stamp, and whether the bytes were those of that packet.</returns>
    internal static (long Stamp, bool IsWhole) Read(ReadOnlySpan<byte> frame, long sequence)
    {
        ReadOnlySpan<long> words = MemoryMarshal.Cast<byte, long>(frame)[..(2 + Words)];
        long differences = words[0] ^ sequence;
        for (int i = 2; i < words.Length; i++)
        {
            differences |= words[i] ^ sequence;
        }

        return (words[1], differences == 0);
    }
}
