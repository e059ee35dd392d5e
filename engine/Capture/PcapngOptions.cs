namespace PollIO.Capture;

/// <summary>Walks the options of a block (draft-ietf-opsawg-pcapng §3.5). A list may also end where its block does.</summary>
internal ref struct PcapngOptions(ReadOnlySpan<byte> options, FileByteOrder order)
{
    private ReadOnlySpan<byte> _rest = options;

    /// <summary>True after an option that does not fit its block: nothing after it can be found.</summary>
    internal bool Malformed { get; private set; }

    /// <summary>Takes the next option; false at the end of the list and at a malformed option.</summary>
    internal bool TryNext(out ushort code, out ReadOnlySpan<byte> value)
    {
        code = PcapngSpec.opt_endofopt;
        value = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (_rest.Length < PcapngSpec.OptionHeaderLength)
        {
            Malformed = true;
            return false;
        }

        code = order.UInt16(_rest, 0);
        int length = order.UInt16(_rest, sizeof(ushort));
        int total = PcapngSpec.OptionHeaderLength + PcapngSpec.Pad(length);
        if (total > _rest.Length)
        {
            Malformed = true;
            return false;
        }

        if (code == PcapngSpec.opt_endofopt)
        {
            Malformed = length != 0;
            _rest = default;
            return false;
        }

        value = _rest.Slice(PcapngSpec.OptionHeaderLength, length);
        _rest = _rest[total..];
        return true;
    }
}
