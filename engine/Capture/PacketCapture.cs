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

    private readonly PcapngWriter _writer;
    private readonly PacketPool _pool;
    private readonly PacketCaptureOptions _options;
    private readonly Thread _thread;

    // Held for one round of writing, and while the set of ports changes; an lcore never takes it.
    private readonly Lock _writing = new();
    private CaptureTap[] _taps = [];
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
    public long Captured => Queues.Sum(queue => queue.Seen - queue.Dropped);

    /// <summary>Packets that passed a port and are not in the file.</summary>
    public long Dropped => Queues.Sum(queue => queue.Dropped);

    /// <summary>Why writing stopped, or null. Traffic goes on, and every further packet counts as dropped.</summary>
    public PollIOException? Error => _writer.Error;

    private IEnumerable<QueueTap> Queues => _taps.SelectMany(tap => tap.Queues);

    /// <summary>Creates the file and starts the writing thread.</summary>
    /// <exception cref="PollIOException">The file cannot be created, or there is no memory for the pool.</exception>
    public static PacketCapture Create(string path, PacketCaptureOptions? options = null)
    {
        options ??= new PacketCaptureOptions();
        var pool = new PacketPool(new PacketPoolOptions { Name = "capture", Count = options.Packets });
        try
        {
            return new PacketCapture(PcapngWriter.Create(path), pool, options);
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>Captures a port from now on; its tap is taken. The port is configured, and outlives the capture.</summary>
    /// <exception cref="PollIOException">Writing has failed.</exception>
    /// <exception cref="InvalidOperationException">The port is not configured.</exception>
    public void Attach(Port port)
    {
        ArgumentNullException.ThrowIfNull(port);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tap = new CaptureTap(port, _writer.AddInterface(port.Name, _options.SnapLength), _pool, _options.RingSize);
            port.AttachTap(tap);
            _taps = [.. _taps, tap];
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
        Array.ForEach(_taps, tap => tap.Port.AttachTap(null));
        _stopping = true;
        _thread.Join();
        long now = QueueTap.Now();
        foreach (CaptureTap tap in _taps)
        {
            _writer.TryWriteStatistics(tap.InterfaceId, now, tap.Queues.Sum(queue => queue.Seen), tap.Queues.Sum(queue => queue.Dropped));
        }

        _writer.Dispose();
        _pool.Dispose();
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
                foreach (QueueTap queue in tap.Queues)
                {
                    found += Write(queue, packets);
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
