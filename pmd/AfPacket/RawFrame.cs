using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>One frame as the kernel handed it over, before it becomes a packet.</summary>
internal unsafe ref struct RawFrame
{
    /// <summary>The frame's bytes, without a VLAN tag that the kernel took out.</summary>
    internal ReadOnlySpan<byte> Data;

    /// <summary>What the frame cannot say itself: unfinished checksum, segment size.</summary>
    internal VirtioNetHdr Header;

    internal bool HasVlanTag;
    internal ushort VlanTci;
    internal ushort VlanTpid;

    /// <summary>Arrival in nanoseconds since the Unix epoch.</summary>
    internal long Timestamp;

    /// <summary>Bytes the frame takes with its tag put back.</summary>
    internal readonly int LengthWithTag => Data.Length + (HasVlanTag ? FrameReceiver.VlanTagSize : 0);

    /// <summary>Whether it stands for several frames of wire size.</summary>
    internal readonly bool IsOversized => Header.GsoType != VIRTIO_NET_HDR_GSO_NONE;

    /// <summary>Reads the tag the kernel took out of the frame, if any.</summary>
    internal void SetVlan(uint status, ushort tci, ushort tpid)
    {
        HasVlanTag = (status & TP_STATUS_VLAN_VALID) != 0;
        VlanTci = tci;

        // Kernels before 3.13 did not say the type; then it is 802.1Q.
        VlanTpid = (status & TP_STATUS_VLAN_TPID_VALID) != 0 ? tpid : (ushort)0x8100;
    }
}
