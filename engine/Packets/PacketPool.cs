using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>
/// A fixed set of packets: data elements of equal size in one <see cref="DmaRegion"/>, and their metadata in private memory
/// that no device or peer reaches. The application owns pools; ports borrow them.
/// </summary>
/// <remarks>
/// An lcore takes and returns packets through its own cache; other threads go to the shared part, where nobody ever waits for
/// a preempted thread. A pool lives until <see cref="Dispose"/>; it has no finalizer.
/// </remarks>
public sealed unsafe partial class PacketPool : IDisposable
{
    private const int MaxPools = 1024;

    private static readonly PacketPool?[] s_pools = new PacketPool?[MaxPools];
    private static readonly Lock s_lock = new();

    private readonly nint[] _cacheTable = GC.AllocateArray<nint>(LCoreContext.MaxIndex + 1, pinned: true);
    private readonly PacketCache** _caches;
    private readonly PacketMetadata* _metadata;
    private readonly nuint _metadataLength;
    private readonly ushort _id;
    private readonly Dictionary<object, long> _borrowers = [];
    private readonly Lock _lock = new();
    private PacketDepot _depot;
    private volatile bool _disposed;

    // Set last by the constructor: the pool's number is known before the pool can be read.
    private readonly bool _ready;
    private bool _released;

    /// <summary>Allocates the pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="PollIOException">The memory cannot be had.</exception>
    public PacketPool(PacketPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;

        // SAFETY: the table is pinned for as long as the pool object lives.
        _caches = (PacketCache**)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_cacheTable));
        _metadataLength = (nuint)options.Count * PacketMetadata.Size;
        _metadata = MapMetadata(_metadataLength);
        try
        {
            Region = options.Memory.Allocate(
                new DmaRequest((nuint)PoolLayout.LengthOf(options.Count, options.ElementSize), options.NumaNode, options.Lock), options.Allocator);
            _id = Register(this);
        }
        catch
        {
            _ = Libc.MemoryUnmap(_metadata, _metadataLength);
            if (Region != null)
            {
                options.Memory.Free(Region);
            }

            throw;
        }

        InitializeMetadata();
        OwnershipWord = _metadata->OwnershipWord;
        _depot.Initialize(_metadata, options.Count);
        _memories = new PoolMemories(Region);
        Tracker = PacketTracking.Enabled ? new PacketTracker(this, _metadata) : null;

        // Before it the pool is whole, after it ReadLevels, in whatever thread, may look.
        MemoryOrder.FullFence();
        _ready = true;
    }

    /// <summary>What the pool was made from.</summary>
    public PacketPoolOptions Options { get; }

    /// <summary>Name for messages and metrics.</summary>
    public string Name => Options.Name;

    /// <summary>Packets in the pool.</summary>
    public int Count => Options.Count;

    /// <summary>Bytes of data one buffer holds behind its headroom.</summary>
    public int DataRoom => Options.DataRoom;

    /// <summary>Bytes before the data of a fresh packet.</summary>
    public int Headroom => Options.Headroom;

    /// <summary>The memory the data elements lie in; all a device or peer ever sees of the pool.</summary>
    public DmaRegion Region { get; }

    /// <summary>The pool's number, which every packet of it carries.</summary>
    public int Id => _id;

    /// <summary>Packets that are neither in the shared part nor in a cache; exact only while no thread takes or frees.</summary>
    public int Outstanding
    {
        get
        {
            if (_released)
            {
                return 0;
            }

            int free = _depot.CountQuiescent();
            for (int i = 0; i <= LCoreContext.MaxIndex; i++)
            {
                free += _caches[i] == null ? 0 : _caches[i]->Count;
            }

            return Count - free;
        }
    }

    internal PacketTracker? Tracker { get; }

    /// <summary>The first word of the metadata of every packet that can go straight back into a cache.</summary>
    internal ulong OwnershipWord { get; }

    /// <summary>The calling lcore's cache, or null before its first use and on other threads.</summary>
    internal PacketCache* CurrentCache => _caches[LCoreContext.Index];

    /// <summary>
    /// Gives the memory back. With packets outstanding, the mapping is kept, because someone may still write to it, and
    /// <see cref="Outstanding"/> stays above zero to say so.
    /// </summary>
    /// <exception cref="InvalidOperationException">A port still borrows the pool.</exception>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_borrowers.Count != 0)
            {
                throw new InvalidOperationException($"pool {Name} is in use by {string.Join(", ", _borrowers.Keys.Select(borrower => borrower.ToString()).Order(StringComparer.Ordinal))}; dispose the ports first");
            }

            _disposed = true;
        }

        int outstanding = Outstanding;
        if (outstanding != 0)
        {
            PacketTracking.ReportLeak(this, outstanding);
            return;
        }

        // Before the number is free for another pool, whose packets a sink could take for ours.
        LCoreContext.VoidWitnesses();
        lock (s_lock)
        {
            s_pools[_id] = null;
        }

        _released = true;
        for (int i = 0; i <= LCoreContext.MaxIndex; i++)
        {
            NativeMemory.AlignedFree(_caches[i]);
            _caches[i] = null;
        }

        _depot.Free();
        _ = Libc.MemoryUnmap(_metadata, _metadataLength);
        Options.Memory.Free(Region);
    }

    /// <summary>Whether <paramref name="packet"/>'s first buffer belongs to this pool.</summary>
    public bool Owns(Packet packet) => packet.Pointer->PoolId == _id;

    /// <summary>The template of a packet fresh from this pool.</summary>
    /// <param name="port">The receiving port.</param>
    /// <param name="length">Data bytes every packet gets, or 0 when they are set packet by packet.</param>
    internal PacketTemplate CreateTemplate(ushort port, int length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, DataRoom);
        PacketMetadata metadata = default;
        metadata.OwnershipWord = OwnershipWord;
        metadata.DataOffset = (ushort)Headroom;
        metadata.Port = port;
        metadata.DataLength = (ushort)length;
        metadata.PacketLength = (uint)length;
        return new PacketTemplate(in metadata);
    }

    /// <inheritdoc/>
    public override string ToString() => $"pool {Name} ({Count} x {Options.ElementSize} B)";

    internal static PacketPool FromId(int id) => s_pools[id]!;

    /// <summary>Records that <paramref name="borrower"/> may hold up to <paramref name="packets"/> packets at once, in place of what it held before.</summary>
    /// <returns>What it might hold before, for <see cref="Restore"/>.</returns>
    /// <exception cref="PollIOException">All borrowers together could hold more than there are.</exception>
    internal long Borrow(object borrower, long packets)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long others = _borrowers.Where(pair => pair.Key != borrower).Sum(pair => pair.Value);
            if (others + packets > Count)
            {
                throw new PollIOException(
                    "borrow pool",
                    borrower.ToString()!,
                    $"pool {Name} has {Count} packets, but rings, caches and bursts need {others + packets}",
                    remedy: "make the pool larger or the rings smaller");
            }

            long former = _borrowers.GetValueOrDefault(borrower);
            _borrowers[borrower] = packets;
            return former;
        }
    }

    /// <summary>Takes a <see cref="Borrow"/> back: the borrower is as it was before.</summary>
    internal void Restore(object borrower, long former)
    {
        lock (_lock)
        {
            if (former == 0)
            {
                _borrowers.Remove(borrower);
            }
            else
            {
                _borrowers[borrower] = former;
            }
        }
    }

    internal void Return(object borrower)
    {
        lock (_lock)
        {
            _borrowers.Remove(borrower);
        }
    }

    /// <summary>Gives the packets in the caches of an lcore that ends back to the shared parts.</summary>
    internal static void FlushCaches(int lcoreIndex)
    {
        lock (s_lock)
        {
            foreach (PacketPool? pool in s_pools)
            {
                PacketCache* cache = pool == null ? null : pool._caches[lcoreIndex];
                if (cache != null)
                {
                    pool!._depot.PutSingles(new ReadOnlySpan<Packet>(PacketCache.Handles(cache), cache->Count));
                    cache->Count = 0;
                }
            }
        }
    }

    /// <summary>The levels of all pools of the process. A pool that is being disposed is read whole or not at all.</summary>
    internal static IReadOnlyList<(PacketPool Pool, long Count, long Outstanding)> ReadLevels()
    {
        lock (s_lock)
        {
            return [.. s_pools.OfType<PacketPool>().Where(pool => pool._ready).Select(pool => (pool, (long)pool.Count, (long)Math.Clamp(pool.Outstanding, 0, pool.Count)))];
        }
    }

    internal int IndexOf(PacketMetadata* metadata) => (int)(metadata - _metadata);

    private static PacketMetadata* MapMetadata(nuint length)
    {
        void* mapping = Libc.MemoryMap(
            null, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_POPULATE, -1, 0);
        return (nint)mapping == -1
            ? throw new PollIOException("map packet metadata", "packet pool", $"{length >> 10} KiB refused", Marshal.GetLastPInvokeError(), "free memory or ask for fewer packets")
            : (PacketMetadata*)mapping;
    }

    private static ushort Register(PacketPool pool)
    {
        lock (s_lock)
        {
            int id = Array.IndexOf(s_pools, null);
            if (id < 0)
            {
                throw new PollIOException("create pool", pool.Name, $"a process holds at most {MaxPools} pools");
            }

            s_pools[id] = pool;
            return (ushort)id;
        }
    }

    private void InitializeMetadata()
    {
        for (int i = 0; i < Count; i++)
        {
            PacketMetadata* metadata = _metadata + i;
            metadata->ReferenceCount = 1;
            metadata->SegmentCount = 1;
            metadata->PoolId = _id;
            metadata->BufferLength = (ushort)(Headroom + DataRoom);

            // SAFETY: the region holds Count elements at exactly these offsets.
            metadata->Buffer = (byte*)Region.Address + PoolLayout.OffsetOf(i, Options.ElementSize);
        }
    }
}
