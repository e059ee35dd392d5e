using System.Diagnostics.CodeAnalysis;

namespace PollIO.Capture;

/// <content>Packets.</content>
public sealed partial class PcapngWriter
{
    private const int FlagsOptionsLength = PcapngSpec.OptionHeaderLength + sizeof(uint) + PcapngSpec.OptionHeaderLength;

    private bool _packetOpen;
    private int _packetStart;
    private int _packetLength;
    private int _declaredLeft;
    private int _captureLeft;
    private PacketDirection _packetDirection;

    /// <summary>Writes a packet whose bytes stand in one piece.</summary>
    /// <param name="interfaceId">The interface, as <see cref="AddInterface"/> returned it.</param>
    /// <param name="timestampNs">Nanoseconds since 1970; the format has no earlier times, they are written as 0.</param>
    /// <param name="originalLength">Bytes the packet had on the wire, at least those of <paramref name="data"/>.</param>
    /// <param name="data">Its bytes; those beyond the interface's snapshot length are not stored.</param>
    /// <param name="direction">Which way it went; <see cref="PacketDirection.Unknown"/> writes no flags.</param>
    /// <returns>False when writing has failed.</returns>
    public bool TryWrite(
        int interfaceId, long timestampNs, int originalLength, ReadOnlySpan<byte> data, PacketDirection direction = PacketDirection.Unknown)
    {
        if (!BeginPacket(interfaceId, timestampNs, data.Length, originalLength, direction))
        {
            return false;
        }

        Append(data);
        return EndPacket();
    }

    /// <summary>Begins a packet whose bytes come in several pieces.</summary>
    /// <param name="interfaceId">The interface, as <see cref="AddInterface"/> returned it.</param>
    /// <param name="timestampNs">Nanoseconds since 1970; the format has no earlier times, they are written as 0.</param>
    /// <param name="capturedLength">The sum of the pieces; bytes beyond the interface's snapshot length are not stored.</param>
    /// <param name="originalLength">Bytes the packet had on the wire, at least <paramref name="capturedLength"/>.</param>
    /// <param name="direction">Which way it went; <see cref="PacketDirection.Unknown"/> writes no flags.</param>
    /// <returns>False when writing has failed; <see cref="Append"/> and <see cref="EndPacket"/> then do nothing.</returns>
    public bool BeginPacket(
        int interfaceId, long timestampNs, int capturedLength, int originalLength, PacketDirection direction = PacketDirection.Unknown)
    {
        RequireInterface(interfaceId);
        RequireBetweenPackets();
        if (originalLength < 0 || (uint)capturedLength > (uint)originalLength)
        {
            ThrowLengths(capturedLength, originalLength);
        }

        int stored = Math.Min(capturedLength, _snapLengths[interfaceId]);
        int length = PcapngSpec.MinPacketLength + PcapngSpec.Pad(stored) + (direction == PacketDirection.Unknown ? 0 : FlagsOptionsLength);
        if (!TryReserve(length))
        {
            return false;
        }

        _packetOpen = true;
        _packetStart = BeginBlock(PcapngSpec.EPB, length);
        _packetLength = length;
        _packetDirection = direction;
        _declaredLeft = capturedLength;
        _captureLeft = stored;
        PutUInt32((uint)interfaceId);
        PutTimestamp(timestampNs);
        PutUInt32((uint)stored);
        PutUInt32((uint)originalLength);
        return true;
    }

    /// <summary>Adds a piece of the packet begun last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pieces are longer than the packet was said to be.</exception>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (!_packetOpen)
        {
            RequireFailed();
            return;
        }

        if (piece.Length > _declaredLeft)
        {
            ThrowTooLong(piece.Length, _declaredLeft);
        }

        _declaredLeft -= piece.Length;
        int stored = Math.Min(piece.Length, _captureLeft);
        _captureLeft -= stored;
        piece[..stored].CopyTo(_buffer.AsSpan(_used));
        _used += stored;
    }

    /// <summary>Ends the packet begun last.</summary>
    /// <returns>False when writing has failed.</returns>
    /// <exception cref="InvalidOperationException">The pieces are shorter than the packet was said to be.</exception>
    public bool EndPacket()
    {
        if (!_packetOpen)
        {
            RequireFailed();
            return false;
        }

        if (_declaredLeft != 0)
        {
            ThrowTooShort(_declaredLeft);
        }

        PutPadding();
        if (_packetDirection != PacketDirection.Unknown)
        {
            PutUInt16(PcapngSpec.epb_flags);
            PutUInt16(sizeof(uint));
            PutUInt32((uint)_packetDirection & PcapngSpec.DirectionMask);
            PutUInt32(PcapngSpec.opt_endofopt);
        }

        EndBlock(_packetStart, _packetLength);
        _packetOpen = false;
        PacketsWritten++;
        return true;
    }

    private void RequireInterface(int interfaceId)
    {
        if ((uint)interfaceId >= (uint)_interfaceCount)
        {
            ThrowUnknownInterface(interfaceId, _interfaceCount);
        }
    }

    private void RequireBetweenPackets()
    {
        if (_packetOpen)
        {
            ThrowPacketOpen();
        }
    }

    // After a failed BeginPacket the caller may go through the motions; without one it has lost its place.
    private void RequireFailed()
    {
        if (Error is null)
        {
            throw new InvalidOperationException("no packet has been begun");
        }
    }

    [DoesNotReturn]
    private static void ThrowUnknownInterface(int interfaceId, int count) =>
        throw new ArgumentOutOfRangeException(nameof(interfaceId), interfaceId, $"the capture has {count} interfaces");

    [DoesNotReturn]
    private static void ThrowLengths(int capturedLength, int originalLength) =>
        throw new ArgumentOutOfRangeException(
            nameof(originalLength), originalLength, $"the packet cannot have been shorter than the {capturedLength} bytes captured of it");

    [DoesNotReturn]
    private static void ThrowTooLong(int length, int left) =>
        throw new ArgumentOutOfRangeException(nameof(length), length, $"the packet has {left} bytes left of its captured length");

    [DoesNotReturn]
    private static void ThrowTooShort(int left) =>
        throw new InvalidOperationException($"the packet still lacks {left} bytes of its captured length");

    [DoesNotReturn]
    private static void ThrowPacketOpen() => throw new InvalidOperationException("a packet has been begun and not ended");
}
