using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>Fetches the frames that did not fit into their ring slot: the kernel queues them whole on the socket, in slot order.</summary>
internal sealed unsafe class OversizedFrames(PacketSocket socket)
{
    // Frames reach 64 KiB, and 512 KiB where an administrator raised gso_max_size (BIG TCP).
    internal const int MaxLength = 513 << 10;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(VirtioNetHdr.Size + MaxLength, pinned: true);

    /// <summary>Fetches the next frame.</summary>
    /// <returns>Whether it came, whole; its bytes are valid until the next call.</returns>
    internal bool TryFetch(out RawFrame frame)
    {
        frame = default;
        fixed (byte* buffer = _buffer)
        {
            nint length = Receive(buffer);
            if (length < 0 && Marshal.GetLastPInvokeError() == ENETDOWN)
            {
                // The interface went down meanwhile: the first call says so, and leaves the frame where it was.
                length = Receive(buffer);
            }

            if (length < VirtioNetHdr.Size || length > _buffer.Length)
            {
                return false;
            }

            frame.Header = Unsafe.ReadUnaligned<VirtioNetHdr>(buffer);
            frame.Data = _buffer.AsSpan(VirtioNetHdr.Size, (int)length - VirtioNetHdr.Size);
            return true;
        }
    }

    private nint Receive(byte* buffer) =>
        LibcSocket.Receive(socket.Descriptor, buffer, (nuint)_buffer.Length, MSG_DONTWAIT | MSG_TRUNC);
}
