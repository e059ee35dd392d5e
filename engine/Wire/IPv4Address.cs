using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace PollIO.Wire;

/// <summary>
/// An IPv4 address (RFC 791 §3.2). The text form is the strict dotted quad: four decimal numbers without leading zeros.
/// </summary>
/// <param name="Value">The address as a number: the first byte on the wire is the most significant.</param>
public readonly record struct IPv4Address(uint Value) : ISpanFormattable, IUtf8SpanFormattable, ISpanParsable<IPv4Address>
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 4;

    private const int MaxTextLength = 15;

    /// <summary>Creates an address from its four numbers.</summary>
    /// <param name="a">First on the wire.</param>
    /// <param name="b">Second.</param>
    /// <param name="c">Third.</param>
    /// <param name="d">Last on the wire.</param>
    public IPv4Address(byte a, byte b, byte c, byte d)
        : this(((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | d)
    {
    }

    /// <summary>0.0.0.0.</summary>
    public static IPv4Address Any => default;

    /// <summary>255.255.255.255 (RFC 919 §7).</summary>
    public static IPv4Address Broadcast => new(uint.MaxValue);

    /// <summary>Within 224.0.0.0/4 (RFC 5771 §3).</summary>
    public bool IsMulticast => Value >> 28 == 0xe;

    /// <summary>255.255.255.255.</summary>
    public bool IsBroadcast => Value == uint.MaxValue;

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>192.0.2.1</c>.</param>
    /// <param name="provider">Ignored.</param>
    /// <returns>The address.</returns>
    /// <exception cref="FormatException">The text is not a dotted quad.</exception>
    public static IPv4Address Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static IPv4Address Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out IPv4Address result)
            ? result
            : throw new FormatException($"'{s}' is not an IPv4 address: four decimal bytes such as 192.0.2.1 are accepted");

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>192.0.2.1</c>.</param>
    /// <param name="result">The address, or 0.0.0.0.</param>
    /// <returns>False when the text is not a dotted quad.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out IPv4Address result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IPv4Address result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out IPv4Address result)
    {
        result = default;
        uint value = 0;
        for (int part = 0; part < Size; part++)
        {
            int end = part < Size - 1 ? s.IndexOf('.') : s.Length;
            if (end is < 1 or > 3
                || (end > 1 && s[0] == '0')
                || !byte.TryParse(s[..end], NumberStyles.None, CultureInfo.InvariantCulture, out byte octet))
            {
                return false;
            }

            value = (value << 8) | octet;
            s = s[Math.Min(end + 1, s.Length)..];
        }

        result = new IPv4Address(value);
        return true;
    }

    /// <summary>Writes the four wire bytes.</summary>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False, and nothing written, when shorter than four bytes.</returns>
    public bool TryWriteBytes(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            return false;
        }

        WireBytes.WriteIPv4Unchecked(destination, 0, this);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormatCore(text, out int written);
        return new string(text[..written]);
    }

    /// <summary>Formats the address.</summary>
    /// <param name="format">Ignored: there is one text form.</param>
    /// <param name="formatProvider">Ignored.</param>
    /// <returns>The dotted quad.</returns>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryFormatCore(destination, out charsWritten);

    /// <inheritdoc/>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryFormatCore(utf8Destination, out bytesWritten);

    // An interpolated handler would box each byte until the JIT has optimised the caller.
    private bool TryFormatCore<TChar>(Span<TChar> destination, out int written)
        where TChar : unmanaged, IBinaryInteger<TChar>
    {
        Span<TChar> text = stackalloc TChar[MaxTextLength];
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            int octet = (byte)(Value >> shift);
            if (octet >= 100)
            {
                text[length++] = TChar.CreateTruncating('0' + (octet / 100));
            }

            if (octet >= 10)
            {
                text[length++] = TChar.CreateTruncating('0' + (octet / 10 % 10));
            }

            text[length++] = TChar.CreateTruncating('0' + (octet % 10));
            if (shift > 0)
            {
                text[length++] = TChar.CreateTruncating('.');
            }
        }

        bool fits = text[..length].TryCopyTo(destination);
        written = fits ? length : 0;
        return fits;
    }
}
