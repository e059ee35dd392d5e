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

    /// <summary>A UDP datagram over IPv4 from <paramref name="sourcePort"/>, without checksums, that carries a number.</summary>
    internal static byte[] MakeUdp(int size, ushort sourcePort, int sequence)
    {
        byte[] frame = Make(size);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
        new byte[] { 0x45, 0, 0, (byte)(size - 14), 0, 0, 0, 0, 64, 17, 0, 0, 10, 99, 0, 1, 10, 99, 0, 2 }.CopyTo(frame, 14);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), sourcePort);
        new byte[] { 0x13, 0x88, 0, (byte)(size - 34), 0, 0 }.CopyTo(frame, 36);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(42), sequence);
        return frame;
    }

    /// <summary>The number a datagram carries.</summary>
    internal static int SequenceOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32BigEndian(frame[42..]);

    /// <summary>A copy with a tag put in behind the addresses.</summary>
    internal static byte[] Tag(byte[] frame, ushort type, ushort control)
    {
        byte[] tag = [(byte)(type >> 8), (byte)type, (byte)(control >> 8), (byte)control];
        return [.. frame[..12], .. tag, .. frame[12..]];
    }
}
