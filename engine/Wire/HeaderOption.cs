namespace PollIO.Wire;

/// <summary>One option of an IPv4 or TCP header.</summary>
public readonly ref struct HeaderOption
{
    internal HeaderOption(byte kind, ReadOnlySpan<byte> data)
    {
        Kind = kind;
        Data = data;
    }

    /// <summary>The option's type byte: for TCP a <see cref="TcpOptionKind"/>.</summary>
    public byte Kind { get; }

    /// <summary>What follows the type and length bytes.</summary>
    public ReadOnlySpan<byte> Data { get; }
}
