namespace PollIO;

/// <summary>
/// A packet was freed twice, used after it was freed or handed on, or used by two owners. Thrown only while ownership
/// tracking is on; it is always a bug in the code named by the message.
/// </summary>
public sealed class PacketOwnershipException : InvalidOperationException
{
    internal PacketOwnershipException(string message)
        : base(message)
    {
    }
}
