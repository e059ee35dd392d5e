using System.Runtime.CompilerServices;
using System.Text;

namespace PollIO.Tests.Wire;

public sealed class AddressesAreTextAndNumbers
{
    [Theory]
    [InlineData("02:00:00:00:00:01", 0x020000000001UL)]
    [InlineData("FF-ff-FF-ff-FF-ff", 0xffffffffffffUL)]
    [InlineData("01:23:45:67:89:ab", 0x0123456789abUL)]
    public void MacAddressIsParsed(string text, ulong value)
    {
        MacAddress mac = MacAddress.Parse(text);

        Assert.Equal(value, mac.Value);
        Assert.Equal(new MacAddress(value), mac);
        Assert.Equal(text.Replace('-', ':').ToLowerInvariant(), mac.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("02:00:00:00:00")]
    [InlineData("02:00:00:00:00:01:")]
    [InlineData("02:00:00-00:00:01")]
    [InlineData("020000000001")]
    [InlineData("02:00:00:00:00:0g")]
    [InlineData("02:00:00:00:00: 1")]
    [InlineData("+2:00:00:00:00:01")]
    [InlineData("02.00.00.00.00.01")]
    public void BadMacAddressIsRefused(string? text)
    {
        Assert.False(MacAddress.TryParse(text, out MacAddress mac));
        Assert.True(mac.IsZero);
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => MacAddress.Parse(text));
        }
    }

    [Fact]
    public void MacAddressTellsItsKind()
    {
        Assert.True(MacAddress.Broadcast.IsBroadcast);
        Assert.True(MacAddress.Broadcast.IsMulticast);
        Assert.False(MacAddress.Parse("01:00:5e:00:00:01").IsBroadcast);
        Assert.True(MacAddress.Parse("01:00:5e:00:00:01").IsMulticast);
        Assert.False(MacAddress.Parse("01:00:5e:00:00:01").IsLocal);
        Assert.True(MacAddress.Parse("02:00:00:00:00:01").IsLocal);
        Assert.False(MacAddress.Parse("02:00:00:00:00:01").IsMulticast);
        Assert.True(default(MacAddress).IsZero);
        Assert.False(MacAddress.Parse("00:00:00:00:00:01").IsZero);
        Assert.False(MacAddress.Parse("ff:ff:ff:ff:ff:fe").IsBroadcast);
    }

    [Fact]
    public void MacAddressIsSixWireBytes()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6];
        MacAddress mac = new(bytes);
        byte[] copy = new byte[6];

        Assert.Equal(6, Unsafe.SizeOf<MacAddress>());
        Assert.Equal(0x010203040506UL, mac.Value);
        Assert.True(mac.TryWriteBytes(copy));
        Assert.Equal(bytes, copy);
        Assert.False(mac.TryWriteBytes(copy.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => new MacAddress(bytes.AsSpan(1)));
    }

    [Fact]
    public void EachByteOfMacAddressCountsInEquality()
    {
        for (int bit = 0; bit < 48; bit++)
        {
            Assert.NotEqual(default, new MacAddress(1UL << bit));
            Assert.False(new MacAddress(1UL << bit) == MacAddress.Zero);
        }
    }

    [Theory]
    [InlineData("192.0.2.1", 0xc0000201)]
    [InlineData("0.0.0.0", 0u)]
    [InlineData("255.255.255.255", uint.MaxValue)]
    public void IPv4AddressIsParsed(string text, uint value)
    {
        Assert.Equal(value, IPv4Address.Parse(text).Value);
        Assert.Equal(text, new IPv4Address(value).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.")]
    [InlineData(".1.2.3")]
    [InlineData("1.2.3.4.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.04")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3. 4")]
    [InlineData("1.2.3.-4")]
    public void BadIPv4AddressIsRefused(string? text)
    {
        Assert.False(IPv4Address.TryParse(text, null, out _));
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => IPv4Address.Parse(text));
        }
    }

    [Fact]
    public void IPv4AddressTellsItsKind()
    {
        Assert.True(IPv4Address.Parse("224.0.0.1").IsMulticast);
        Assert.True(IPv4Address.Parse("239.255.255.255").IsMulticast);
        Assert.False(IPv4Address.Parse("240.0.0.0").IsMulticast);
        Assert.False(IPv4Address.Parse("223.255.255.255").IsMulticast);
        Assert.True(IPv4Address.Broadcast.IsBroadcast);
    }

    [Theory]
    [InlineData("2001:db8::1", 0x20010db800000000UL, 1UL)]
    [InlineData("::", 0UL, 0UL)]
    [InlineData("fe80::ff:fe00:2", 0xfe80000000000000UL, 0x000000fffe000002UL)]
    public void IPv6AddressIsParsed(string text, ulong high, ulong low)
    {
        IPv6Address address = IPv6Address.Parse(text);

        Assert.Equal(new IPv6Address(high, low), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("192.0.2.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("fe80::1%1")]
    [InlineData("2001:db8::/32")]
    [InlineData("1:2:3")]
    public void BadIPv6AddressIsRefused(string? text)
    {
        Assert.False(IPv6Address.TryParse(text, null, out _));
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => IPv6Address.Parse(text));
        }
    }

    [Fact]
    public void IPv6AddressTellsItsKindAndGroups()
    {
        Assert.True(IPv6Address.AllNodes.IsMulticast);
        Assert.True(IPv6Address.Parse("fe80::1").IsLinkLocal);
        Assert.True(IPv6Address.Parse("febf::1").IsLinkLocal);
        Assert.False(IPv6Address.Parse("fec0::1").IsLinkLocal);
        Assert.Equal(IPv6Address.Parse("ff02::1:ff12:3456"), IPv6Address.Parse("2001:db8::ab12:3456").SolicitedNode);
        Assert.Equal(MacAddress.Parse("33:33:ff:12:34:56"), IPv6Address.Parse("ff02::1:ff12:3456").MulticastMac);
    }

    [Fact]
    public void AddressesFormatIntoCharsAndUtf8()
    {
        AssertFormats(MacAddress.Parse("02:00:00:00:00:fe"), "02:00:00:00:00:fe");
        AssertFormats(IPv4Address.Parse("192.0.2.1"), "192.0.2.1");
        AssertFormats(IPv6Address.Parse("2001:db8::1"), "2001:db8::1");
    }

    private static void AssertFormats<T>(T value, string expected)
        where T : ISpanFormattable, IUtf8SpanFormattable
    {
        Span<char> chars = stackalloc char[64];
        Span<byte> bytes = stackalloc byte[64];

        Assert.True(value.TryFormat(chars, out int charsWritten, default, null));
        Assert.Equal(expected, chars[..charsWritten].ToString());
        Assert.True(value.TryFormat(bytes, out int bytesWritten, default, null));
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes[..bytesWritten]));
        Assert.False(value.TryFormat(chars[..(expected.Length - 1)], out _, default, null));
        Assert.False(value.TryFormat(bytes[..(expected.Length - 1)], out _, default, null));
        Assert.Equal(expected, $"{value}");
    }
}
