using System.Buffers.Binary;
using System.Net.Sockets;

namespace PollIO.Apps.Tools.Capture;

/// <summary>
/// Copies pcapng from the captured process to the file, whole blocks only, so that the file is well formed whenever the process ends;
/// counts packets and reads the drop counts on the way.
/// </summary>
internal sealed class BlockCopier(Socket source, Stream target, long limit)
{
    // Block types and options of draft-ietf-opsawg-pcapng, §4.3 and §4.6.
    private const uint EPB = 6;
    private const uint ISB = 5;
    private const ushort isb_ifrecv = 4;
    private const ushort isb_ifdrop = 5;
    private const int HeaderLength = 8;
    private const int TrailerLength = 4;
    private const int StatisticsOptionsOffset = 20;

    private readonly byte[] _buffer = new byte[2 << 20];
    private int _start;
    private int _end;

    /// <summary>Packets written.</summary>
    internal long Packets { get; private set; }

    /// <summary>Packets that passed the ports, and those of them the capture lost.</summary>
    internal (long Seen, long Dropped) Counters { get; private set; }

    /// <summary>Whether the process told its counters: it, or the port, ended in good order.</summary>
    internal bool HasCounters { get; private set; }

    /// <summary>Whether as many packets have been written as were wanted.</summary>
    internal bool IsFull => Packets == limit;

    /// <summary>Reads the line that comes before the packets.</summary>
    internal string ReadAnswer()
    {
        int newline;
        while ((newline = _buffer.AsSpan(0, _end).IndexOf((byte)'\n')) < 0 && Receive())
        {
        }

        _start = newline + 1;
        return System.Text.Encoding.UTF8.GetString(_buffer, 0, Math.Max(newline, 0));
    }

    /// <summary>Copies what is there, waiting for at least a byte.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidDataException">What comes is no pcapng.</exception>
    internal bool Copy()
    {
        if (_start == _end && !Receive())
        {
            return false;
        }

        int written = _start;
        while (_end - _start >= HeaderLength)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start + 4));
            if (length < HeaderLength + TrailerLength || length % 4 != 0 || length > _buffer.Length)
            {
                throw new InvalidDataException($"a block of {length} bytes came");
            }

            if (length > _end - _start)
            {
                break;
            }

            if (!Accept(_buffer.AsSpan(_start, (int)length)))
            {
                // A packet beyond the limit is passed over.
                target.Write(_buffer, written, _start - written);
                written = _start + (int)length;
            }

            _start += (int)length;
        }

        target.Write(_buffer, written, _start - written);
        target.Flush();
        return _start == _end || Receive();
    }

    private bool Accept(ReadOnlySpan<byte> block)
    {
        switch (BinaryPrimitives.ReadUInt32LittleEndian(block))
        {
            case EPB when IsFull:
                return false;
            case EPB:
                Packets++;
                return true;
            case ISB:
                ReadCounters(block[StatisticsOptionsOffset..^TrailerLength]);
                return true;
            default:
                return true;
        }
    }

    private void ReadCounters(ReadOnlySpan<byte> options)
    {
        while (options.Length >= 4)
        {
            ushort code = BinaryPrimitives.ReadUInt16LittleEndian(options);
            int length = (BinaryPrimitives.ReadUInt16LittleEndian(options[2..]) + 3) & ~3;
            if (code == 0 || options.Length < 4 + length)
            {
                break;
            }

            if (code is isb_ifrecv or isb_ifdrop && length == sizeof(long))
            {
                long value = BinaryPrimitives.ReadInt64LittleEndian(options[4..]);
                Counters = code == isb_ifrecv ? (Counters.Seen + value, Counters.Dropped) : (Counters.Seen, Counters.Dropped + value);
                HasCounters = true;
            }

            options = options[(4 + length)..];
        }
    }

    private bool Receive()
    {
        if (_start != 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        try
        {
            int received = source.Receive(_buffer.AsSpan(_end));
            _end += received;
            return received != 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
