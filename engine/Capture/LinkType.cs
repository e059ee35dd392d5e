namespace PollIO.Capture;

/// <summary>Link-layer types of captures (draft-ietf-opsawg-pcaplinktype). PollIO reads Ethernet and only names the others.</summary>
internal static class LinkType
{
    internal const int Ethernet = 1;

    /// <summary>The number, and the name where the type is a common one, for example "113 (LINUX_SLL)".</summary>
    internal static string Describe(int linkType) => Name(linkType) is { } name ? $"{linkType} ({name})" : $"{linkType}";

    /// <summary>The same with what is supported instead, for errors.</summary>
    internal static string DescribeRefused(int linkType) => $"{Describe(linkType)}, only {Describe(Ethernet)} is supported";

    private static string? Name(int linkType) => linkType switch
    {
        0 => "NULL",
        Ethernet => "ETHERNET",
        6 => "IEEE802_5",
        9 => "PPP",
        10 => "FDDI",
        101 => "RAW",
        104 => "C_HDLC",
        105 => "IEEE802_11",
        108 => "LOOP",
        113 => "LINUX_SLL",
        127 => "IEEE802_11_RADIOTAP",
        187 => "BLUETOOTH_HCI_H4",
        189 => "USB_LINUX",
        201 => "BLUETOOTH_HCI_H4_WITH_PHDR",
        220 => "USB_LINUX_MMAPPED",
        228 => "IPV4",
        229 => "IPV6",
        239 => "NFLOG",
        249 => "USBPCAP",
        253 => "NETLINK",
        276 => "LINUX_SLL2",
        _ => null,
    };
}
