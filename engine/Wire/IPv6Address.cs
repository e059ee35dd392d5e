using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace PollIO.Wire;

/// <summary>
/// An IPv6 address (RFC 4291 §2). The text form is that of RFC 5952, without zone, brackets or port; reading and writing it
/// goes through <see cref="IPAddress"/> and allocates, so it belongs on control paths.
/// </summary>
/// <param name="High">The first eight bytes on the wire, the first of them most significant.</param>
/// <param name="Low">The last eight bytes on the wire.</param>
public readonly record struct IPv6Address(ulong High, ulong Low) : ISpanFormattable, IUtf8SpanFormattable, ISpanParsable<IPv6Address>
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 16;

    /// <summary>The unspecified address, <c>::</c> (RFC 4291 §2.5.2).</summary>
    public static IPv6Address Any => default;

    /// <summary>The loopback address, <c>::1</c> (RFC 4291 §2.5.3).</summary>
    public static IPv6Address Loopback => new(0, 1);

    /// <summary>All nodes on the link, <c>ff02::1</c> (RFC 4291 §2.7.1).</summary>
    public static IPv6Address AllNodes => new(0xff02_0000_0000_0000, 1);

    /// <summary>Within <c>ff00::/8</c> (RFC 4291 §2.7).</summary>
    public bool IsMulticast => High >> 56 == 0xff;

    /// <summary>Within <c>fe80::/10</c> (RFC 4291 §2.5.6).</summary>
    public bool IsLinkLocal => High >> 54 == 0xfe80 >> 6;

    /// <summary>The multicast address its owner listens to for neighbor solicitations (RFC 4291 §2.7.1).</summary>
    public IPv6Address SolicitedNode => new(0xff02_0000_0000_0000, 0x0000_0001_ff00_0000 | (Low & 0xff_ffff));

    /// <summary>The Ethernet group address that carries this multicast address (RFC 2464 §7).</summary>
    public MacAddress MulticastMac => new(0x3333_0000_0000 | (Low & 0xffff_ffff));

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>2001:db8::1</c>.</param>
    /// <param name="provider">Ignored.</param>
    /// <returns>The address.</returns>
    /// <exception cref="FormatException">The text is not an IPv6 address.</exception>
    public static IPv6Address Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static IPv6Address Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out IPv6Address result)
            ? result
            : throw new FormatException($"'{s}' is not an IPv6 address: one such as 2001:db8::1, without zone or port, is accepted");

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>2001:db8::1</c>.</param>
    /// <param name="result">The address, or <c>::</c>.</param>
    /// <returns>False when the text is not an IPv6 address.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out IPv6Address result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IPv6Address result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out IPv6Address result)
    {
        result = default;

        // IPAddress also takes brackets, ports, prefixes and zones, none of which is part of an address on the wire.
        if (s.IndexOfAny("[]%/") >= 0
            || !IPAddress.TryParse(s, out IPAddress? parsed)
            || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        parsed.TryWriteBytes(bytes, out _);
        result = WireBytes.ReadIPv6Unchecked(bytes, 0);
        return true;
    }

    /// <summary>Writes the sixteen wire bytes.</summary>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False, and nothing written, when shorter than sixteen bytes.</returns>
    public bool TryWriteBytes(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            return false;
        }

        WireBytes.WriteIPv6Unchecked(destination, 0, this);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();

    /// <summary>Formats the address.</summary>
    /// <param name="format">Ignored: there is one text form.</param>
    /// <param name="formatProvider">Ignored.</param>
    /// <returns>The text form.</returns>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        ToIPAddress().TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        ToIPAddress().TryFormat(utf8Destination, out bytesWritten);

    private IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WireBytes.WriteIPv6Unchecked(bytes, 0, this);
        return new IPAddress(bytes);
    }
}
