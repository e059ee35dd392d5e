using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.VhostUser;

/// <summary>A connected socket: whole messages in, whole messages out, never blocking.</summary>
internal sealed unsafe class VhostUserChannel : IDisposable
{
    private const int ControlLength = LibcUnix.ControlHeader.Size + (VhostUserSpec.MaxDescriptors * sizeof(int));

    private readonly byte[] _header = new byte[VhostUserSpec.HeaderLength];
    private readonly VhostUserMessage _message = new();
    private int _socket;
    private int _received;

    internal VhostUserChannel(int socket) => _socket = socket;

    /// <summary>The socket, or -1 once disposed.</summary>
    internal int Descriptor => _socket;

    /// <summary>Takes the next message, when all of it is there. It is valid until the next call.</summary>
    /// <exception cref="VhostUserException">The peer has closed the connection, or what it sent is no message.</exception>
    internal VhostUserMessage? TryReceive()
    {
        if (_received == 0)
        {
            _message.Clear();
        }

        if (_received < VhostUserSpec.HeaderLength)
        {
            if (!TryRead(_header.AsSpan(_received)) || _received < VhostUserSpec.HeaderLength)
            {
                return null;
            }

            if (!_message.TryBegin(_header))
            {
                throw new VhostUserException("what came is no message of this protocol");
            }
        }

        int missing = VhostUserSpec.HeaderLength + _message.Length - _received;
        if (missing > 0 && (!TryRead(_message.PayloadBuffer[^missing..]) || _received < VhostUserSpec.HeaderLength + _message.Length))
        {
            return null;
        }

        _received = 0;
        return _message;
    }

    /// <summary>Sends a message. The descriptors stay the caller's.</summary>
    /// <exception cref="VhostUserException">The peer is gone, or does not read what it is sent.</exception>
    internal void Send(uint request, uint flags, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors = default)
    {
        Span<byte> bytes = stackalloc byte[VhostUserSpec.HeaderLength + VhostUserSpec.MaxPayload];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, request);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], flags | VhostUserSpec.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)payload.Length);
        payload.CopyTo(bytes[VhostUserSpec.HeaderLength..]);
        bytes = bytes[..(VhostUserSpec.HeaderLength + payload.Length)];
        byte* control = stackalloc byte[ControlLength];
        fixed (byte* data = bytes)
        {
            var vector = new LibcUnix.Vector { Base = data, Length = (nuint)bytes.Length };
            var message = new LibcUnix.MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                var header = (LibcUnix.ControlHeader*)control;
                header->Length = (nuint)(LibcUnix.ControlHeader.Size + (descriptors.Length * sizeof(int)));
                header->Level = LibcUnix.SOL_SOCKET;
                header->Type = LibcUnix.SCM_RIGHTS;
                descriptors.CopyTo(new Span<int>(header + 1, VhostUserSpec.MaxDescriptors));
                message.Control = control;
                message.ControlLength = header->Length;
            }

            // A message is far smaller than the socket's buffer: one that is not taken whole finds a peer that does not read.
            nint sent;
            do
            {
                sent = LibcUnix.SendMessage(_socket, &message, LibcUnix.MSG_DONTWAIT | LibcUnix.MSG_NOSIGNAL);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == LibcUnix.EINTR);

            if (sent != bytes.Length)
            {
                throw new VhostUserException("the peer takes no message", hasLeft: sent < 0 && Marshal.GetLastPInvokeError() != LibcUnix.EAGAIN);
            }
        }
    }

    /// <summary>Waits half a second at most.</summary>
    /// <returns>Whether there is something to read.</returns>
    internal bool WaitUntilReadable()
    {
        var wanted = new LibcUnix.PollDescriptor { Descriptor = _socket, Events = LibcUnix.PollDescriptor.Readable };
        return LibcUnix.Poll(&wanted, 1, timeoutMilliseconds: 500) == 1;
    }

    public void Dispose()
    {
        int socket = Interlocked.Exchange(ref _socket, -1);
        if (socket >= 0)
        {
            _message.Clear();
            _ = LibcSocket.Close(socket);
        }
    }

    /// <summary>Reads what there is, up to the end of <paramref name="buffer"/>.</summary>
    /// <returns>False when there is nothing.</returns>
    private bool TryRead(Span<byte> buffer)
    {
        byte* control = stackalloc byte[ControlLength];
        fixed (byte* data = buffer)
        {
            var vector = new LibcUnix.Vector { Base = data, Length = (nuint)buffer.Length };
            var message = new LibcUnix.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
            nint count = LibcUnix.ReceiveMessage(_socket, &message, LibcUnix.MSG_DONTWAIT | LibcUnix.MSG_CMSG_CLOEXEC);
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                return errno is LibcUnix.EAGAIN or LibcUnix.EINTR ? false : throw new VhostUserException($"the connection broke: errno {errno}", hasLeft: true);
            }

            bool fits = TakeDescriptors(in message);
            if (count == 0)
            {
                throw new VhostUserException("the peer closed the connection", hasLeft: true);
            }

            _received += (int)count;
            return fits && (message.Flags & LibcUnix.MSG_CTRUNC) == 0
                ? true
                : throw new VhostUserException($"a message carries more than {VhostUserSpec.MaxDescriptors} descriptors");
        }
    }

    private bool TakeDescriptors(in LibcUnix.MessageHeader message)
    {
        bool fits = true;
        byte* at = (byte*)message.Control, end = at + message.ControlLength;
        while (end - at >= LibcUnix.ControlHeader.Size)
        {
            // SAFETY: the kernel wrote whole headers with their true lengths.
            var header = (LibcUnix.ControlHeader*)at;
            if (header->Length < LibcUnix.ControlHeader.Size)
            {
                break;
            }

            int count = ((int)header->Length - LibcUnix.ControlHeader.Size) / sizeof(int);
            if (header->Level == LibcUnix.SOL_SOCKET && header->Type == LibcUnix.SCM_RIGHTS)
            {
                foreach (int descriptor in new ReadOnlySpan<int>(header + 1, count))
                {
                    fits &= _message.TryAdd(descriptor);
                }
            }

            at += (header->Length + 7) & ~(nuint)7;
        }

        return fits;
    }
}
