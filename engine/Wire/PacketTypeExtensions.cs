namespace PollIO.Wire;

/// <summary>Questions to a <see cref="PacketType"/>.</summary>
public static class PacketTypeExtensions
{
    // The network values are chosen so that one bit tells the family: 0x10 is set in all of IPv4, 0x40 in all of IPv6.

    /// <summary>The network layer is IPv4.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for IPv4, with or without options.</returns>
    public static bool IsIPv4(this PacketType type) => (type & PacketType.IPv4) != 0;

    /// <summary>The network layer is IPv6.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for IPv6, with or without extension headers.</returns>
    public static bool IsIPv6(this PacketType type) => (type & PacketType.IPv6) != 0;

    /// <summary>The link-layer value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>One of the values below <see cref="PacketType.LinkMask"/>.</returns>
    public static PacketType Link(this PacketType type) => type & PacketType.LinkMask;

    /// <summary>The network-layer value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>One of the values below <see cref="PacketType.NetworkMask"/>.</returns>
    public static PacketType Network(this PacketType type) => type & PacketType.NetworkMask;

    /// <summary>The transport-layer value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>One of the values below <see cref="PacketType.TransportMask"/>.</returns>
    public static PacketType Transport(this PacketType type) => type & PacketType.TransportMask;
}
