namespace PollIO.Tests.Wire;

public sealed class IPv6ExtensionHeaders
{
    private const string Address = "20010db8000000000000000000000099";

    [Fact]
    public void HopByHopOfAKernelIsWalked()
    {
        Assert.True(IPv6Header.TryParse(LiteralFrames.Network(LiteralFrames.MulticastListenerReport), out IPv6Header header));

        Assert.True(IPv6ExtensionChain.TryWalk(header.NextHeader, header.Payload, out IPv6ExtensionChain chain));
        Assert.Equal((IpProtocol.Icmpv6, 8), (chain.Protocol, chain.Length));
        Assert.False(chain.HasFragmentHeader || chain.IsFragment || chain.HasAuthentication || chain.HasUnknownRouting);
    }

    [Fact]
    public void AllFiveKindsAreWalkedInOneChain()
    {
        byte[] chain = LiteralFrames.Bytes(
            "3c00000000000000" // hop-by-hop, then destination options of 16 bytes, routing, an atomic fragment, authentication
            + "2b01000000000000 0000000000000000"
            + "2c02020100000000 " + Address
            + "33000000deadbeef"
            + "0604000000000000 00000000 000000000000000000000000"
            + "ffff");

        Assert.True(IPv6ExtensionChain.TryWalk(IpProtocol.HopByHopOptions, chain, out IPv6ExtensionChain walked));
        Assert.Equal(IpProtocol.Tcp, walked.Protocol);
        Assert.Equal(chain.Length - 2, walked.Length);
        Assert.True(walked.HasFragmentHeader);
        Assert.False(walked.IsFragment);
        Assert.Equal(0xdeadbeef, walked.Identification);
        Assert.True(walked.HasAuthentication);
        Assert.Equal(8 + 16 + 8, walked.FinalDestinationOffset);
    }

    [Theory]
    [InlineData("1100000100000001", true, 0)]
    [InlineData("1100000900000001", true, 8)]
    [InlineData("1100fff800000001", false, 0xfff8)]
    public void FragmentsTellWhereTheyBelong(string header, bool more, int offset)
    {
        byte[] payload = [.. LiteralFrames.Bytes(header), 1, 2, 3];

        Assert.True(IPv6ExtensionChain.TryWalk(IpProtocol.Fragment, payload, out IPv6ExtensionChain chain));
        Assert.Equal(
            (IpProtocol.Udp, 8, more, offset, 1u),
            (chain.Protocol, chain.Length, chain.MoreFragments, chain.FragmentOffset, chain.Identification));
        Assert.True(chain.IsFragment);
    }

    [Fact]
    public void NothingBehindALaterFragmentIsTakenForAHeader()
    {
        // The next header says destination options, but the bytes there are the middle of the packet.
        Assert.True(
            IPv6ExtensionChain.TryWalk(IpProtocol.Fragment, LiteralFrames.Bytes("3c00000800000001 ff"), out IPv6ExtensionChain chain));
        Assert.Equal((IpProtocol.DestinationOptions, 8), (chain.Protocol, chain.Length));
    }

    [Theory]
    [InlineData("0602020100000000" + Address, 8, false)] // home address
    [InlineData("0602040100000000" + Address, 8, false)] // segment routing: the last hop comes first
    [InlineData("0604000100000000" + "00000000000000000000000000000000" + Address, 24, false)] // source route: it comes last
    [InlineData("0602020000000000" + Address, 0, false)] // no hops left
    [InlineData("0602630000000000" + Address, 0, false)] // unknown type, no hops left
    [InlineData("0602630100000000" + Address, 0, true)]
    [InlineData("0601020100000000" + "0000000000000000", 0, true)] // too short for an address
    [InlineData("0600000100000000", 0, true)]
    public void RoutingHeaderNamesTheFinalDestination(string header, int offset, bool unknown)
    {
        byte[] payload = LiteralFrames.Bytes(header);

        Assert.True(IPv6ExtensionChain.TryWalk(IpProtocol.Routing, payload, out IPv6ExtensionChain chain));
        Assert.Equal((offset, unknown), (chain.FinalDestinationOffset, chain.HasUnknownRouting));
        Assert.Equal((IpProtocol.Tcp, payload.Length), (chain.Protocol, chain.Length));
    }

    [Theory]
    [InlineData(IpProtocol.HopByHopOptions, "06000000000000")]
    [InlineData(IpProtocol.DestinationOptions, "0601000000000000 00000000000000")]
    [InlineData(IpProtocol.Fragment, "06000000000000")]
    [InlineData(IpProtocol.Routing, "06ff000000000000")]
    [InlineData(IpProtocol.Authentication, "0600000000000000")]
    [InlineData(IpProtocol.Authentication, "0602000000000000 000000000000")]
    [InlineData(IpProtocol.HopByHopOptions, "")]
    public void ImpossibleLengthIsRefused(IpProtocol first, string payload)
    {
        Assert.False(IPv6ExtensionChain.TryWalk(first, LiteralFrames.Bytes(payload), out IPv6ExtensionChain chain));
        Assert.Equal((first, 0), (chain.Protocol, chain.Length));
    }

    [Fact]
    public void MoreHeadersThanTheLimitAreRefused()
    {
        byte[] headers = new byte[(IPv6ExtensionChain.MaxHeaders + 1) * 8];
        for (int at = 0; at < headers.Length; at += 8)
        {
            headers[at] = (byte)IpProtocol.DestinationOptions;
        }

        Assert.False(IPv6ExtensionChain.TryWalk(IpProtocol.DestinationOptions, headers, out IPv6ExtensionChain chain));
        Assert.Equal(IPv6ExtensionChain.MaxHeaders * 8, chain.Length);

        headers[^16] = (byte)IpProtocol.Udp;
        Assert.True(IPv6ExtensionChain.TryWalk(IpProtocol.DestinationOptions, headers, out chain));
        Assert.Equal(IpProtocol.Udp, chain.Protocol);
    }

    [Fact]
    public void WithoutExtensionsTheChainIsEmpty()
    {
        Assert.True(IPv6ExtensionChain.TryWalk(IpProtocol.Tcp, [], out IPv6ExtensionChain chain));
        Assert.Equal((IpProtocol.Tcp, 0), (chain.Protocol, chain.Length));
    }
}
