using System.Buffers.Binary;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.VhostUser;

/// <summary>A message as it came, with the descriptors that came with it. One object serves a connection's messages one after another.</summary>
internal sealed class VhostUserMessage
{
    private readonly byte[] _payload = new byte[VhostUserSpec.MaxPayload];
    private readonly int[] _descriptors = new int[VhostUserSpec.MaxDescriptors];

    internal uint Request { get; private set; }

    internal uint Flags { get; private set; }

    internal int Length { get; private set; }

    internal int DescriptorCount { get; private set; }

    internal bool NeedsReply => (Flags & VhostUserSpec.NeedReplyFlag) != 0;

    internal bool IsReply => (Flags & VhostUserSpec.ReplyFlag) != 0;

    internal ReadOnlySpan<byte> Payload => _payload.AsSpan(0, Length);

    /// <summary>Where the payload is read into, once the header is there.</summary>
    internal Span<byte> PayloadBuffer => _payload.AsSpan(0, Length);

    /// <summary>Takes the header.</summary>
    /// <returns>False when it is no header of this protocol.</returns>
    internal bool TryBegin(ReadOnlySpan<byte> header)
    {
        Request = BinaryPrimitives.ReadUInt32LittleEndian(header);
        Flags = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        Length = (int)Math.Min(length, VhostUserSpec.MaxPayload);
        return length <= VhostUserSpec.MaxPayload && (Flags & VhostUserSpec.VersionMask) == VhostUserSpec.Version;
    }

    /// <summary>Adds a descriptor; one too many is closed.</summary>
    internal bool TryAdd(int descriptor)
    {
        if (DescriptorCount == _descriptors.Length)
        {
            _ = LibcSocket.Close(descriptor);
            return false;
        }

        _descriptors[DescriptorCount++] = descriptor;
        return true;
    }

    /// <summary>Hands a descriptor over to the caller.</summary>
    /// <returns>-1 when there is none, or it is taken.</returns>
    internal int TakeDescriptor(int index)
    {
        if (index >= DescriptorCount)
        {
            return -1;
        }

        int descriptor = _descriptors[index];
        _descriptors[index] = -1;
        return descriptor;
    }

    /// <summary>Closes the descriptors nobody took.</summary>
    internal void Clear()
    {
        for (int i = 0; i < DescriptorCount; i++)
        {
            int descriptor = TakeDescriptor(i);
            if (descriptor >= 0)
            {
                _ = LibcSocket.Close(descriptor);
            }
        }

        DescriptorCount = 0;
    }

    /// <summary>A 32-bit field of the payload.</summary>
    /// <exception cref="VhostUserException">The message is too short.</exception>
    internal uint ReadUInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Field(offset, sizeof(uint)));

    /// <summary>A 64-bit field of the payload.</summary>
    /// <exception cref="VhostUserException">The message is too short.</exception>
    internal ulong ReadUInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Field(offset, sizeof(ulong)));

    private ReadOnlySpan<byte> Field(int offset, int length) =>
        offset + length <= Length
            ? Payload.Slice(offset, length)
            : throw new VhostUserException($"message {Request} has {Length} bytes, which is too short");
}
