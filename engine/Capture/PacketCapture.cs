namespace PollIO.Capture;

/// <summary>
/// Writes what passes ports to a pcapng file, while they run. An lcore pays for one copy of each packet and never waits: the copies
/// come from a pool of the capture's own and go through a ring to a thread that writes them. What it cannot keep up with is
/// dropped from the capture, never from the traffic, and counted.
/// </summary>
/// <remarks>
/// Packets are in order for each queue; packets of different queues may stand some milliseconds apart from the order of their time
/// stamps. A packet is written when the port has received it, or has taken it for sending.
/// </remarks>
public sealed class PacketCapture : IDisposable
{
    private const int BurstSize = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_leaveTimeout = TimeSpan.FromSeconds(2);

    // Of captures' own: no device and no peer reaches the copies.
    private static readonly Lazy<DmaMemory> s_memory = new(() => new DmaMemory(new MemfdAllocator()));

    private readonly PcapngWriter _writer;
    private readonly PacketPool _pool;
    private readonly PacketCaptureOptions _options;
    private readonly Thread _thread;

    // Held for one round of writing, and while the set of ports changes; an lcore never takes it.
    private readonly Lock _writing = new();
    private volatile CaptureTap[] _taps = [];
    private volatile bool _stopping;
    private bool _unflushed;
    private bool _disposed;

    private PacketCapture(PcapngWriter writer, PacketPool pool, PacketCaptureOptions options)
    {
        _writer = writer;
        _pool = pool;
        _options = options;
        _thread = new Thread(Run) { IsBackground = true, Name = "pollio-capture" };
        _thread.Start();
    }

    /// <summary>Packets in the file or on their way to it.</summary>
    public long Captured => _taps.Sum(tap => tap.Seen - tap.Filtered - tap.Dropped);

    /// <summary>Packets that passed a port, were not left out by the filter, and are not in the file.</summary>
    public long Dropped => _taps.Sum(tap => tap.Dropped);

    /// <summary>Packets that passed a port and were left out by the filter.</summary>
    public long Filtered => _taps.Sum(tap => tap.Filtered);

    /// <summary>Why writing stopped, or null. Traffic goes on, and every further packet counts as dropped.</summary>
    public PollIOException? Error => _writer.Error;

    /// <summary>Whether a port is captured; false once all that were attached have been disposed or detached.</summary>
    public bool IsAttached => Array.Exists(_taps, tap => !tap.HasLeft);

    /// <summary>Creates the file and starts the writing thread.</summary>
    /// <exception cref="PollIOException">The file cannot be created, or there is no memory for the pool.</exception>
    public static PacketCapture Create(string path, PacketCaptureOptions? options = null) =>
        Create(() => PcapngWriter.Create(path), options ?? new PacketCaptureOptions());

    /// <summary>Captures to a stream and starts the writing thread, which is the only one to write; the capture owns the stream.</summary>
    /// <exception cref="PollIOException">There is no memory for the pool.</exception>
    public static PacketCapture Create(Stream stream, string name, PacketCaptureOptions? options = null) =>
        Create(() => PcapngWriter.Open(stream, name), options ?? new PacketCaptureOptions());

    /// <summary>Captures a port from now on, beside other captures and taps. The port is configured.</summary>
    /// <remarks>When the port is disposed, what is on its way and its counters are written first, as by <see cref="Detach"/>.</remarks>
    /// <exception cref="PollIOException">Writing has failed.</exception>
    /// <exception cref="InvalidOperationException">The port is not configured.</exception>
    public void Attach(Port port)
    {
        ArgumentNullException.ThrowIfNull(port);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tap = new CaptureTap(port, _writer.AddInterface(port.Name, _options.SnapLength), _pool, _options);
            port.AddTap(tap);
            port.Closing += Detach;
            _taps = [.. _taps, tap];

            // A reader at the other end of a pipe learns of the interface before its first packet.
            _unflushed = true;
        }
    }

    /// <summary>Captures a port no longer: writes what is on its way and the port's counters.</summary>
    /// <remarks>
    /// When it returns, no lcore is inside the tap. Writing goes on in the background when the file's other end takes longer than two seconds.
    /// </remarks>
    public void Detach(Port port)
    {
        ArgumentNullException.ThrowIfNull(port);
        foreach (CaptureTap tap in _taps.Where(tap => tap.Port == port))
        {
            Leave(tap);
            long deadline = Environment.TickCount64 + (long)s_leaveTimeout.TotalMilliseconds;
            while (!tap.HasLeft && Environment.TickCount64 < deadline)
            {
                Thread.Sleep(s_pause);
            }
        }
    }

    /// <summary>Leaves the ports, writes what is on its way and the counters of each port, and closes the file.</summary>
    /// <remarks>Look at <see cref="Error"/> afterwards to know that all was written. The counters stay readable.</remarks>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Array.ForEach(_taps, Leave);
        _stopping = true;
        _thread.Join();
        _writer.Dispose();
        _pool.Dispose();
    }

    private static PacketCapture Create(Func<PcapngWriter> open, PacketCaptureOptions options)
    {
        var pool = new PacketPool(new PacketPoolOptions { Name = "capture", Count = options.Packets, Memory = s_memory.Value });
        try
        {
            return new PacketCapture(open(), pool, options);
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    private void Leave(CaptureTap tap)
    {
        if (!tap.IsLeaving)
        {
            tap.Port.Closing -= Detach;
            tap.Port.RemoveTap(tap);
            tap.IsLeaving = true;
        }
    }

    private void Run()
    {
        // As an lcore would, the thread returns packets through a cache of its own, 64 at a time.
        using var registration = LCoreRegistration.Enter();
        var packets = new Packet[BurstSize];
        bool last;
        do
        {
            // Read before the round: what was published before the stop is found by it.
            last = _stopping;
            while (WriteRound(packets))
            {
            }

            Thread.Sleep(s_pause);
        }
        while (!last);
    }

    private bool WriteRound(Packet[] packets)
    {
        int found = 0;
        lock (_writing)
        {
            foreach (CaptureTap tap in _taps)
            {
                // Read before its queues: what was published before the port left is found in this round.
                bool last = tap.IsLeaving;
                int written = 0;
                foreach (QueueTap queue in tap.Queues)
                {
                    written += Write(queue, packets);
                }

                found += written;
                if (last && written == 0 && !tap.HasLeft)
                {
                    _writer.TryWriteStatistics(tap.InterfaceId, QueueTap.Now(), tap.Seen, tap.Dropped);
                    _writer.Flush();
                    tap.HasLeft = true;
                }
            }

            if (found == 0 && _unflushed)
            {
                _writer.Flush();
            }

            _unflushed = found != 0;
        }

        return found != 0;
    }

    private int Write(QueueTap queue, Packet[] packets)
    {
        int count = queue.Take(packets);
        if (count != 0)
        {
            int written = 0;
            foreach (Packet packet in packets.AsSpan(0, count))
            {
                written += TryWrite(queue, packet) ? 1 : 0;
            }

            PacketPool.Free(packets.AsSpan(0, count));
            queue.CountUnwritten(count - written);
        }

        return count;
    }

    private bool TryWrite(QueueTap queue, Packet packet)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        bool cut = (metadata.Flags & PacketFlags.Truncated) != 0;
        int original = cut ? Math.Max((int)metadata.OriginalLength, packet.Length) : packet.Length;
        if (!_writer.BeginPacket(queue.InterfaceId, metadata.Timestamp, packet.Length, original, queue.Direction))
        {
            return false;
        }

        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            _writer.Append(segment.Data);
        }

        return _writer.EndPacket();
    }
}
