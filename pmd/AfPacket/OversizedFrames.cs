using System.Runtime.CompilerServices;
using PollIO.Pmd.Interop;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>Fetches the frames that did not fit into their ring slot: the kernel queues them whole on the socket, in slot order.</summary>
internal sealed unsafe class OversizedFrames(PacketSocket socket)
{
    // BIG TCP raises frames above 64 KiB; what exceeds this is dropped and counted.
    internal const int MaxLength = 256 << 10;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(VirtioNetHdr.Size + MaxLength, pinned: true);

    /// <summary>Fetches the next frame.</summary>
    /// <returns>Whether it came, whole; its bytes are valid until the next call.</returns>
    internal bool TryFetch(ref RawFrame frame)
    {
        fixed (byte* buffer = _buffer)
        {
            nint length = LibcSocket.Receive(socket.Descriptor, buffer, (nuint)_buffer.Length, MSG_DONTWAIT | MSG_TRUNC);
            if (length < VirtioNetHdr.Size || length > _buffer.Length)
            {
                return false;
            }

            frame.Header = Unsafe.ReadUnaligned<VirtioNetHdr>(buffer);
            frame.Data = _buffer.AsSpan(VirtioNetHdr.Size, (int)length - VirtioNetHdr.Size);
            return true;
        }
    }
}
