using System.Buffers.Binary;

namespace PollIO.Pmd.Tests.Support;

/// <summary>Ethernet frames for tests.</summary>
internal static class Frames
{
    /// <summary>The type of every frame made here: local experimental (IEEE 802-2014 §9.2.4).</summary>
    internal const ushort ExperimentalType = 0x88b5;

    private static readonly byte[] s_addresses = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

    /// <summary>A frame of <paramref name="size"/> bytes, at least 14, whose contents depend on <paramref name="seed"/>.</summary>
    internal static byte[] Make(int size, int seed = 0)
    {
        var frame = new byte[size];
        s_addresses.CopyTo(frame, 0);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), ExperimentalType);
        new Random(seed).NextBytes(frame.AsSpan(14));
        return frame;
    }

    /// <summary>A copy with a tag put in behind the addresses.</summary>
    internal static byte[] Tag(byte[] frame, ushort type, ushort control)
    {
        byte[] tag = [(byte)(type >> 8), (byte)type, (byte)(control >> 8), (byte)control];
        return [.. frame[..12], .. tag, .. frame[12..]];
    }

    /// <summary>Whether it is one of ours, with a tag or without: kernels speak unasked, too.</summary>
    internal static bool IsOurs(ReadOnlySpan<byte> frame) => frame.StartsWith(s_addresses);
}
