namespace PollIO.Wire;

/// <summary>
/// Walks the options of an IPv4 header (RFC 791 §3.1) or a TCP header (RFC 9293 §3.2), which have one format: a type byte, then,
/// except for end-of-list (0) and no-operation (1), a length byte that counts both.
/// </summary>
public ref struct HeaderOptionReader
{
    private const byte EndOfList = 0;
    private const byte NoOperation = 1;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first option.</summary>
    /// <param name="options">The options of a header, padding included.</param>
    public HeaderOptionReader(ReadOnlySpan<byte> options) => _rest = options;

    /// <summary>True once an option with an impossible length ended the walk.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads the next option that is neither end-of-list nor no-operation.</summary>
    /// <param name="option">The option.</param>
    /// <returns>False at the end of the list, or at a malformed option.</returns>
    public bool TryRead(out HeaderOption option)
    {
        while (!_rest.IsEmpty && _rest[0] == NoOperation)
        {
            _rest = _rest[1..];
        }

        option = default;
        if (_rest.IsEmpty || _rest[0] == EndOfList)
        {
            return false;
        }

        int length = _rest.Length > 1 ? _rest[1] : 0;
        if (length < 2 || length > _rest.Length)
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }

        option = new HeaderOption(_rest[0], _rest[2..length]);
        _rest = _rest[length..];
        return true;
    }
}
