using PollIO.Wire;

namespace PollIO.Pmd.Virtio;

/// <summary>Finishes in software a checksum that a kernel or VM left to the wire.</summary>
internal static class PartialChecksum
{
    /// <summary>Finishes the checksum of a packet of one segment that nobody else holds.</summary>
    /// <returns>False, and nothing changed, when the field is outside the frame or the frame is in several segments.</returns>
    internal static bool TryFinish(Packet packet)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        if (!packet.IsPlain || !ChecksumCompletion.TryComplete(packet.Data, metadata.ChecksumStart, metadata.ChecksumOffset))
        {
            return false;
        }

        metadata.Flags &= ~PacketFlags.ChecksumPartial;
        return true;
    }
}
