namespace PollIO.Wire;

/// <summary>Operation of an ARP message (RFC 826, "Packet format").</summary>
public enum ArpOperation : ushort
{
    /// <summary>Not an operation.</summary>
    None = 0,

    /// <summary>Who has the target address?</summary>
    Request = 1,

    /// <summary>The sender has it.</summary>
    Reply = 2,
}
