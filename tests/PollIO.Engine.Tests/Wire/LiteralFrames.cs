namespace PollIO.Tests.Wire;

/// <summary>
/// Frames that a Linux kernel sent over a veth pair with checksum offload off: 192.0.2.1 and 2001:db8::1 at 02:00:00:00:00:01,
/// 192.0.2.2 and 2001:db8::2 at 02:00:00:00:00:02.
/// </summary>
internal static class LiteralFrames
{
    internal const string ArpRequest =
        "ffffffffffff020000000001 0806 0001080006040001 020000000001 c0000201 000000000000 c0000202";

    internal const string ArpReply =
        "020000000001020000000002 0806 0001080006040002 020000000002 c0000202 020000000001 c0000201";

    internal const string IcmpEcho =
        "020000000002020000000001 0800 4500002c92b6400040012417c0000201c0000202 0800a1aa4eb90001 803b016b0000000077f40e0000000000";

    internal const string IcmpUnreachable =
        "020000000001020000000002 0800 45c0003b2fce00004001c630c0000202c0000201 0303811d00000000"
        + "4500001f9ee14000401117e9c0000201c0000202 a44e0009000b131a 616263";

    internal const string NeighborSolicitation =
        "3333ff000002020000000001 86dd 6000000000203aff 20010db8000000000000000000000001 ff0200000000000000000001ff000002"
        + "87001c2700000000 20010db8000000000000000000000002 0101020000000001";

    internal const string NeighborAdvertisement =
        "020000000001020000000002 86dd 6000000000203aff 20010db8000000000000000000000002 20010db8000000000000000000000001"
        + "88008a7160000000 20010db8000000000000000000000002 0201020000000002";

    internal const string RouterSolicitation =
        "333300000002020000000002 86dd 6000000000103aff fe80000000000000000000fffe000002 ff020000000000000000000000000002"
        + "85007b2a00000000 0101020000000002";

    internal const string Icmpv6Echo =
        "020000000002020000000001 86dd 6005678100183a40 20010db8000000000000000000000001 20010db8000000000000000000000002"
        + "8000fcce4eba0001 803b016b0000000048070f0000000000";

    internal const string MulticastListenerReport =
        "333300000016020000000002 86dd 6000000000240001 fe80000000000000000000fffe000002 ff020000000000000000000000000016"
        + "3a00050200000100 8f00720500000001 04000000ff0200000000000000000001ff000002";

    internal const string UdpIPv4 =
        "020000000002020000000001 0800 4500001f9ee14000401117e9c0000201c0000202 a44e0009000b131a 616263";

    internal const string UdpRouterAlert =
        "020000000002020000000001 0800 460000229ee24000401182e0c0000201c0000202 94040000 bff60009000a4975 7261";

    internal const string UdpIPv6 =
        "020000000002020000000001 86dd 600ba22d000d1140 20010db8000000000000000000000001 20010db8000000000000000000000002"
        + "85120009000ddb71 68656c6c6f";

    internal const string TcpSyn =
        "020000000002020000000001 0800 4500003c167240004006a046c0000201c0000202"
        + "df141b58a480780100000000a002faf00f3e0000 020405b40402080ac246e094000000000103030a";

    internal const string TcpData =
        "020000000002020000000001 0800 45000039167440004006a047c0000201c0000202"
        + "df141b58a48078022c54e3af8018003f20320000 0101080ac246e094b0551444 68656c6c6f";

    internal static readonly MacAddress Mac1 = new(0x0200_0000_0001);
    internal static readonly MacAddress Mac2 = new(0x0200_0000_0002);
    internal static readonly IPv4Address Host1 = new(192, 0, 2, 1);
    internal static readonly IPv4Address Host2 = new(192, 0, 2, 2);
    internal static readonly IPv6Address Node1 = new(0x2001_0db8_0000_0000, 1);
    internal static readonly IPv6Address Node2 = new(0x2001_0db8_0000_0000, 2);

    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>What follows the Ethernet header.</summary>
    internal static byte[] Network(string hex) => Bytes(hex)[EthernetHeader.Size..];

    /// <summary>What follows the IP header.</summary>
    internal static byte[] Transport(string hex)
    {
        byte[] network = Network(hex);
        return network[(network[0] >> 4 == 4 ? (network[0] & 0xf) * 4 : IPv6Header.Size)..];
    }
}
