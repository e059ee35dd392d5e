using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// What the engine knows of one packet: 128 bytes of private memory that no device or peer can reach. The first cache line
/// is what receiving writes, the second what offloads and applications use.
/// </summary>
/// <remarks>
/// The first 32 bytes are one block, so that a driver resets a packet with a single vector store
/// (see <see cref="PacketTemplate"/>), and the first 8 bytes tell in one compare whether a packet can go straight
/// back into its pool: one reference, one segment, this pool's own buffer.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public unsafe struct PacketMetadata
{
    /// <summary>Bytes of metadata a packet; two cache lines.</summary>
    public const int Size = 128;

    /// <summary><see cref="ReferenceWord"/> of a packet with one reference and one segment.</summary>
    internal const int PlainReferenceWord = 0x0001_0001;

    /// <summary>References held, and segments in the chain: in the pool both are one.</summary>
    [FieldOffset(0)] internal ushort ReferenceCount;
    [FieldOffset(2)] internal ushort SegmentCount;
    [FieldOffset(4)] internal ushort PoolId;

    /// <summary>Bytes from <see cref="Buffer"/> to the end of this segment's buffer.</summary>
    [FieldOffset(6)] internal ushort BufferLength;

    /// <summary>The four fields above as one word.</summary>
    [FieldOffset(0)] internal ulong OwnershipWord;

    /// <summary>The reference count with the segment count above it, for interlocked arithmetic.</summary>
    [FieldOffset(0)] internal int ReferenceWord;

    /// <summary>First data byte of this segment, counted from the buffer's start.</summary>
    [FieldOffset(8)] public ushort DataOffset;

    /// <summary>The port that received the packet, or <see cref="Packet.NoPort"/>.</summary>
    [FieldOffset(10)] public ushort Port;

    /// <summary>Data bytes in this segment.</summary>
    [FieldOffset(12)] public ushort DataLength;

    /// <summary>The 802.1Q tag control information; valid with <see cref="PacketFlags.VlanStripped"/> or <see cref="TxFlags.VlanInsert"/>.</summary>
    [FieldOffset(14)] public ushort VlanTci;

    /// <summary>Data bytes in the whole chain; valid in its first segment.</summary>
    [FieldOffset(16)] public uint PacketLength;

    /// <summary>What is known of the packet.</summary>
    [FieldOffset(20)] public PacketFlags Flags;

    /// <summary>What the application asks of the TX port.</summary>
    [FieldOffset(22)] public TxFlags TxFlags;

    /// <summary>Both kinds of flags as one word.</summary>
    [FieldOffset(20)] internal uint FlagsWord;

    /// <summary>Protocols found by the port, 0 when it did not look.</summary>
    [FieldOffset(24)] public uint PacketType;

    /// <summary>RSS hash; valid with <see cref="PacketFlags.RssHash"/>.</summary>
    [FieldOffset(28)] public uint RssHash;

    /// <summary>Start of this segment's buffer, headroom included.</summary>
    [FieldOffset(32)] internal byte* Buffer;

    /// <summary>The next segment, or null.</summary>
    [FieldOffset(40)] internal PacketMetadata* Next;

    /// <summary>Length of the frame as it was on the wire; valid with <see cref="PacketFlags.Truncated"/>.</summary>
    [FieldOffset(64)] public uint OriginalLength;

    /// <summary>Bytes of the Ethernet header with its tags.</summary>
    [FieldOffset(72)] public ushort L2Length;

    /// <summary>Bytes of the network header with options or extension headers.</summary>
    [FieldOffset(74)] public ushort L3Length;

    /// <summary>Bytes of the transport header with options.</summary>
    [FieldOffset(76)] public ushort L4Length;

    /// <summary>Payload bytes a segment for <see cref="TxFlags.TcpSegmentation"/>.</summary>
    [FieldOffset(78)] public ushort TsoSegmentSize;

    /// <summary>First byte the unfinished checksum covers, counted from the frame's start; it runs to the frame's end.</summary>
    [FieldOffset(80)] public ushort ChecksumStart;

    /// <summary>Where the checksum field lies, counted from <see cref="ChecksumStart"/>.</summary>
    [FieldOffset(82)] public ushort ChecksumOffset;

    /// <summary>The outer tag of a double-tagged frame; valid with <see cref="PacketFlags.OuterVlanStripped"/>.</summary>
    [FieldOffset(84)] public ushort OuterVlanTci;

    /// <summary>Arrival in nanoseconds since the Unix epoch; valid with <see cref="PacketFlags.Timestamp"/>.</summary>
    [FieldOffset(88)] public long Timestamp;

    /// <summary>16 bytes for the application; nobody else reads or clears them.</summary>
    [FieldOffset(96)] public Int128 User;

    /// <summary>Whether more than one holder shares the packet, which makes it read-only.</summary>
    internal readonly bool IsShared
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ReferenceCount > 1;
    }
}
