namespace PollIO.Wire;

/// <summary>How an oversized frame is to be cut. The numbers are virtio's (virtio 1.3 §5.1.6, gso_type without the ECN bit).</summary>
public enum GsoKind : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Into TCP segments over IPv4.</summary>
    TcpIPv4 = 1,

    /// <summary>Into TCP segments over IPv6.</summary>
    TcpIPv6 = 4,

    /// <summary>Into UDP datagrams over IPv4 or IPv6.</summary>
    Udp = 5,
}
