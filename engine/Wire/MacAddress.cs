using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PollIO.Wire;

/// <summary>
/// A 48-bit Ethernet address (IEEE 802-2014 §8.2). Six bytes in memory, in the order they go on the wire. The text form is six
/// two-digit hexadecimal groups, lower case and joined by colons when written; colons or hyphens, in either case, when read.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct MacAddress : IEquatable<MacAddress>, ISpanFormattable, IUtf8SpanFormattable, ISpanParsable<MacAddress>
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 6;

    /// <summary>Characters in the text form.</summary>
    public const int TextLength = 17;

    private readonly byte _octet0;
    private readonly byte _octet1;
    private readonly uint _octets2To5;

    /// <summary>Creates an address from its wire bytes.</summary>
    /// <param name="bytes">Exactly six bytes, first on the wire first.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not six bytes long.</exception>
    public MacAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"an Ethernet address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        this = MemoryMarshal.Read<MacAddress>(bytes);
    }

    /// <summary>Creates an address from its numeric value.</summary>
    /// <param name="value">The low 48 bits, first byte on the wire in bits 47 to 40; higher bits are ignored.</param>
    public MacAddress(ulong value)
    {
        _octet0 = (byte)(value >> 40);
        _octet1 = (byte)(value >> 32);
        uint low = (uint)value;
        _octets2To5 = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(low) : low;
    }

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(0xffff_ffff_ffff);

    /// <summary>00:00:00:00:00:00.</summary>
    public static MacAddress Zero => default;

    /// <summary>The address as a number, first byte on the wire in bits 47 to 40.</summary>
    public ulong Value
    {
        get
        {
            uint low = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_octets2To5) : _octets2To5;
            return ((ulong)_octet0 << 40) | ((ulong)_octet1 << 32) | low;
        }
    }

    /// <summary>All 48 bits are one.</summary>
    public bool IsBroadcast => _octet0 == 0xff && _octet1 == 0xff && _octets2To5 == uint.MaxValue;

    /// <summary>The group bit is set; true for broadcast too (IEEE 802-2014 §8.2.2).</summary>
    public bool IsMulticast => (_octet0 & 0x01) != 0;

    /// <summary>The locally-administered bit is set (IEEE 802-2014 §8.2.2).</summary>
    public bool IsLocal => (_octet0 & 0x02) != 0;

    /// <summary>All 48 bits are zero.</summary>
    public bool IsZero => _octet0 == 0 && _octet1 == 0 && _octets2To5 == 0;

    /// <summary>Compares two addresses.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(MacAddress left, MacAddress right) => left.Equals(right);

    /// <summary>Compares two addresses.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when different.</returns>
    public static bool operator !=(MacAddress left, MacAddress right) => !left.Equals(right);

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>02:00:00:00:00:01</c>.</param>
    /// <param name="provider">Ignored.</param>
    /// <returns>The address.</returns>
    /// <exception cref="FormatException">The text is not an Ethernet address.</exception>
    public static MacAddress Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static MacAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out MacAddress result)
            ? result
            : throw new FormatException($"'{s}' is not an Ethernet address: six hexadecimal bytes such as 02:00:00:00:00:01 are accepted");

    /// <summary>Reads the text form.</summary>
    /// <param name="s">For example <c>02:00:00:00:00:01</c>.</param>
    /// <param name="result">The address, or zero.</param>
    /// <returns>False when the text is not an Ethernet address.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, out MacAddress result) => TryParse(s, null, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out MacAddress result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MacAddress result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MacAddress result)
    {
        result = default;
        if (s.Length != TextLength || s[2] is not (':' or '-'))
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < TextLength; i += 3)
        {
            if ((i > 0 && s[i - 1] != s[2])
                || !byte.TryParse(s.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
            {
                return false;
            }

            value = (value << 8) | octet;
        }

        result = new MacAddress(value);
        return true;
    }

    /// <summary>Writes the six wire bytes.</summary>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False, and nothing written, when shorter than six bytes.</returns>
    public bool TryWriteBytes(Span<byte> destination) => MemoryMarshal.TryWrite(destination, in this);

    /// <inheritdoc/>
    public bool Equals(MacAddress other) =>
        _octets2To5 == other._octets2To5 && _octet0 == other._octet0 && _octet1 == other._octet1;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MacAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => string.Create(TextLength, this, static (text, mac) => mac.TryFormatCore(text, out _));

    /// <summary>Formats the address.</summary>
    /// <param name="format">Ignored: there is one text form.</param>
    /// <param name="formatProvider">Ignored.</param>
    /// <returns>The text form.</returns>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryFormatCore(destination, out charsWritten);

    /// <inheritdoc/>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryFormatCore(utf8Destination, out bytesWritten);

    private bool TryFormatCore<TChar>(Span<TChar> destination, out int written)
        where TChar : unmanaged, IBinaryInteger<TChar>
    {
        written = 0;
        if (destination.Length < TextLength)
        {
            return false;
        }

        ulong value = Value;
        for (int octet = 0, at = 0; octet < Size; octet++, at += 3)
        {
            int shift = 40 - (8 * octet);
            destination[at] = HexDigit<TChar>((int)(value >> (shift + 4)) & 0xf);
            destination[at + 1] = HexDigit<TChar>((int)(value >> shift) & 0xf);
            if (octet < Size - 1)
            {
                destination[at + 2] = TChar.CreateTruncating(':');
            }
        }

        written = TextLength;
        return true;
    }

    private static TChar HexDigit<TChar>(int nibble)
        where TChar : unmanaged, IBinaryInteger<TChar> =>
        TChar.CreateTruncating(nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
}
