using System.Runtime.InteropServices;

namespace PollIO.Pmd.Virtio;

/// <summary>struct virtio_net_hdr (virtio 1.2 §5.1.6), in front of every frame; little endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct VirtioNetHeader
{
    /// <summary>Bytes with VIRTIO_F_VERSION_1 or VIRTIO_NET_F_MRG_RXBUF.</summary>
    internal const int Size = 12;

    /// <summary>Bytes for a legacy driver without mergeable buffers: the last field is missing.</summary>
    internal const int LegacySize = 10;

    internal byte Flags;
    internal byte GsoType;
    internal ushort HeaderLength;
    internal ushort GsoSize;
    internal ushort ChecksumStart;
    internal ushort ChecksumOffset;
    internal ushort BufferCount;
}
