namespace PollIO.Benchmarks;

/// <summary>Frames between documentation addresses (RFC 5737, RFC 3849).</summary>
internal static class SampleFrames
{
    private const string Addresses = "020000000002" + "020000000001";

    /// <summary>Who has 192.0.2.2? Tell 192.0.2.1; padded to 60 bytes.</summary>
    internal static byte[] Arp() => Build(
        "ffffffffffff" + "020000000001" + "0806",
        "0001" + "0800" + "06" + "04" + "0001" + "020000000001" + "c0000201" + "000000000000" + "c0000202");

    /// <summary>18 bytes of UDP payload in IPv4: 60 bytes.</summary>
    internal static byte[] IPv4Udp() => Build(
        Addresses + "0800",
        "4500" + "002e" + "0001" + "4000" + "4011" + "b6ba" + "c0000201" + "c0000202",
        "0400" + "0009" + "001a" + "0000");

    /// <summary>A bare TCP acknowledgment in IPv6 behind a VLAN tag: 78 bytes.</summary>
    internal static byte[] VlanIPv6Tcp() => Build(
        Addresses + "8100" + "0064" + "86dd",
        "60000000" + "0014" + "06" + "40" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002",
        "d431" + "0050" + "00000001" + "00000001" + "5010" + "ffff" + "0000" + "0000");

    private static byte[] Build(params string[] layers)
    {
        byte[] bytes = Convert.FromHexString(string.Concat(layers));
        Array.Resize(ref bytes, Math.Max(bytes.Length, 60));
        return bytes;
    }
}
