using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// An 8-byte handle to a packet buffer: what DPDK calls an mbuf. Copying the handle copies no packet. Whoever holds a packet
/// frees it once, or hands it on (<see cref="TxQueue.Transmit"/>, a ring).
/// </summary>
/// <remarks>
/// A packet is one segment or a chain of them. Lengths and flags stand in the first; <see cref="Data"/> is the data of one
/// segment. Nothing here checks that the handle is alive unless ownership tracking is on (<see cref="PacketTracking"/>).
/// </remarks>
public readonly unsafe partial struct Packet : IEquatable<Packet>
{
    /// <summary>The port number of a packet no port has received.</summary>
    public const ushort NoPort = ushort.MaxValue;

    private readonly PacketMetadata* _metadata;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Packet(PacketMetadata* metadata) => _metadata = metadata;

    /// <summary>Whether this is the default handle, which names no packet.</summary>
    public bool IsNull => _metadata == null;

    /// <summary>The metadata; drivers write it, applications read and set the public fields.</summary>
    public ref PacketMetadata Metadata
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *Checked();
    }

    /// <summary>Data bytes in the whole packet.</summary>
    public int Length
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)Checked()->PacketLength;
    }

    /// <summary>Segments in the chain, 1 for most packets.</summary>
    public int SegmentCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Checked()->SegmentCount;
    }

    /// <summary>The next segment of the chain, or a null handle.</summary>
    public Packet NextSegment
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Checked()->Next);
    }

    /// <summary>The data of this segment; the whole packet when it has one segment.</summary>
    public Span<byte> Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            PacketMetadata* metadata = Checked();

            // SAFETY: the driver or pool set offset and length inside the buffer; Append and Prepend keep them there.
            return MemoryMarshal.CreateSpan(ref metadata->Buffer[metadata->DataOffset], metadata->DataLength);
        }
    }

    /// <summary>Free bytes before the data of this segment.</summary>
    public int Headroom => Checked()->DataOffset;

    /// <summary>Free bytes after the data of this segment.</summary>
    public int Tailroom
    {
        get
        {
            PacketMetadata* metadata = Checked();
            return metadata->BufferLength - metadata->DataOffset - metadata->DataLength;
        }
    }

    /// <summary>Whether someone else holds a reference too; a shared packet is read-only.</summary>
    public bool IsShared => Checked()->IsShared;

    /// <summary>Whether the packet has one segment and one holder: its headroom may be written and its data lies in one piece.</summary>
    public bool IsPlain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Checked()->ReferenceWord == PacketMetadata.PlainReferenceWord;
    }

    /// <summary>The pool the packet's first buffer belongs to.</summary>
    public PacketPool Pool => PacketPool.FromId(Checked()->PoolId);

    /// <summary>First data byte of this segment; for drivers, which translate it to the device's address.</summary>
    public nint DataAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            PacketMetadata* metadata = Checked();
            return (nint)(metadata->Buffer + metadata->DataOffset);
        }
    }

    internal PacketMetadata* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _metadata;
    }

    /// <summary>Grows the packet by <paramref name="length"/> bytes before its data.</summary>
    /// <returns>Whether the headroom sufficed; <paramref name="added"/> is the new first bytes.</returns>
    public bool TryPrepend(int length, out Span<byte> added)
    {
        PacketMetadata* metadata = Checked();
        if ((uint)length > metadata->DataOffset)
        {
            added = default;
            return false;
        }

        metadata->DataOffset -= (ushort)length;
        metadata->DataLength += (ushort)length;
        metadata->PacketLength += (uint)length;
        added = MemoryMarshal.CreateSpan(ref metadata->Buffer[metadata->DataOffset], length);
        return true;
    }

    /// <summary>Grows the packet by <paramref name="length"/> bytes behind its last segment's data.</summary>
    /// <returns>Whether the tailroom sufficed; <paramref name="added"/> is the new last bytes.</returns>
    public bool TryAppend(int length, out Span<byte> added)
    {
        PacketMetadata* metadata = Checked();
        Packet last = LastSegment();
        if ((uint)length > (uint)last.Tailroom)
        {
            added = default;
            return false;
        }

        PacketMetadata* tail = last._metadata;
        added = MemoryMarshal.CreateSpan(ref tail->Buffer[tail->DataOffset + tail->DataLength], length);
        tail->DataLength += (ushort)length;
        metadata->PacketLength += (uint)length;
        return true;
    }

    /// <summary>Takes <paramref name="length"/> bytes off the front of the first segment.</summary>
    /// <returns>Whether the segment held that many.</returns>
    public bool TryTrimStart(int length)
    {
        PacketMetadata* metadata = Checked();
        if ((uint)length > metadata->DataLength)
        {
            return false;
        }

        metadata->DataOffset += (ushort)length;
        metadata->DataLength -= (ushort)length;
        metadata->PacketLength -= (uint)length;
        return true;
    }

    /// <summary>Takes <paramref name="length"/> bytes off the end of the last segment.</summary>
    /// <returns>Whether the segment held that many.</returns>
    public bool TryTrimEnd(int length)
    {
        PacketMetadata* metadata = Checked();
        PacketMetadata* tail = LastSegment()._metadata;
        if ((uint)length > tail->DataLength)
        {
            return false;
        }

        tail->DataLength -= (ushort)length;
        metadata->PacketLength -= (uint)length;
        return true;
    }

    /// <summary>Hangs <paramref name="tail"/>, a packet of its own until now, behind the last segment.</summary>
    /// <exception cref="ArgumentException">The chain would exceed 65,535 segments.</exception>
    public void Chain(Packet tail)
    {
        PacketMetadata* metadata = Checked();
        PacketMetadata* added = tail.Checked();
        int segments = metadata->SegmentCount + added->SegmentCount;
        if (segments > ushort.MaxValue)
        {
            throw new ArgumentException("a chain holds at most 65,535 segments", nameof(tail));
        }

        LastSegment()._metadata->Next = added;
        metadata->SegmentCount = (ushort)segments;
        metadata->PacketLength += added->PacketLength;
        added->SegmentCount = 1;
    }

    /// <summary>The last segment of the chain; the packet itself when it has one segment.</summary>
    public Packet LastSegment()
    {
        PacketMetadata* metadata = Checked();
        while (metadata->Next != null)
        {
            metadata = metadata->Next;
        }

        return new Packet(metadata);
    }

    /// <summary>Copies the packet's bytes, all segments, to <paramref name="destination"/>.</summary>
    /// <returns>Bytes copied: the packet's length, or the destination's when that is shorter.</returns>
    public int CopyTo(Span<byte> destination)
    {
        int copied = 0;
        for (PacketMetadata* segment = Checked(); segment != null && copied < destination.Length; segment = segment->Next)
        {
            ReadOnlySpan<byte> data = new Packet(segment).Data;
            int length = Math.Min(data.Length, destination.Length - copied);
            data[..length].CopyTo(destination[copied..]);
            copied += length;
        }

        return copied;
    }

    /// <summary>Adds a reference to every segment: the packet is freed when each holder has freed it, and read-only until then.</summary>
    /// <returns>The same packet, for the new holder.</returns>
    public Packet AddReference()
    {
        for (PacketMetadata* segment = Checked(); segment != null; segment = segment->Next)
        {
            Interlocked.Increment(ref segment->ReferenceWord);
        }

        if (PacketTracking.Enabled)
        {
            Pool.Tracker!.Shared(_metadata);
        }

        return this;
    }

    /// <summary>Gives the packet back: every segment whose last reference this was returns to its pool.</summary>
    public void Free()
    {
        Packet packet = this;
        PacketPool.Free(new ReadOnlySpan<Packet>(in packet));
    }

    /// <inheritdoc/>
    public bool Equals(Packet other) => _metadata == other._metadata;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Packet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((nint)_metadata).GetHashCode();

    /// <summary>Whether both handles name the same packet.</summary>
    public static bool operator ==(Packet left, Packet right) => left.Equals(right);

    /// <summary>Whether the handles name different packets.</summary>
    public static bool operator !=(Packet left, Packet right) => !left.Equals(right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PacketMetadata* Checked()
    {
        if (PacketTracking.Enabled)
        {
            PacketTracking.CheckUse(_metadata);
        }

        return _metadata;
    }
}
