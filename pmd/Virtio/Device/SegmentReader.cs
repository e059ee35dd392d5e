namespace PollIO.Pmd.Virtio.Device;

/// <summary>Reads a header and the segments of a packet as one stream of bytes.</summary>
internal ref struct SegmentReader
{
    private ReadOnlySpan<byte> _rest;
    private Packet _next;

    internal SegmentReader(Packet packet, ReadOnlySpan<byte> header)
    {
        _rest = header;
        _next = packet;
    }

    /// <summary>Copies the next bytes.</summary>
    /// <returns>How many: what there is room for, or what is left.</returns>
    internal int CopyTo(Span<byte> destination)
    {
        int copied = 0;
        while (copied < destination.Length)
        {
            if (_rest.IsEmpty)
            {
                if (_next.IsNull)
                {
                    break;
                }

                _rest = _next.Data;
                _next = _next.NextSegment;
                continue;
            }

            int length = Math.Min(_rest.Length, destination.Length - copied);
            _rest[..length].CopyTo(destination[copied..]);
            _rest = _rest[length..];
            copied += length;
        }

        return copied;
    }
}
