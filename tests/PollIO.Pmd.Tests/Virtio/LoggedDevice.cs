using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>A ring of a device over an arena, its driver, and the log.</summary>
internal sealed unsafe class LoggedDevice : IDisposable
{
    internal const ulong Packed = VirtioSpec.VIRTIO_F_RING_PACKED;
    internal const uint Page = 4096;

    // Of 512 descriptors: two pages of them, one the driver writes, two the device writes.
    internal const uint Size = 512;
    internal const uint Buffers = 5;

    /// <summary>Stands for the ring's device area in the log, and lies in no region.</summary>
    internal const ulong RingInLog = GuardedArena.Guest + GuardedArena.Length;
    internal const long LoggedRing = GuardedArena.Length / Page;

    private static readonly ulong s_logLength = TestLog.LengthFor(RingInLog + (2 * Page));

    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 256 });
    private readonly Port _port = PortFactory.Open("null:");
    private readonly DeviceRxQueue _queue;
    private readonly bool _packed;
    private readonly Packet[] _packets = new Packet[32];
    private uint _position;

    internal LoggedDevice(
        ulong features,
        bool transmits,
        bool logsBuffers = true,
        bool logsRing = true,
        ulong logLength = 0,
        uint size = Size,
        ulong ringInLog = RingInLog)
    {
        _packed = (features & Packed) != 0;
        _queue = new DeviceRxQueue(_port, 0, new EventWatch("test"));
        Log = new TestLog(logLength == 0 ? s_logLength : logLength);
        Arena.Bytes[..(int)(Buffers * Page)].Clear();
        Driver = new HandDriver(Arena.Start, GuardedArena.Guest, size, _packed);
        Assert.True(DeviceRingPlace.TryFind(Arena.Memory, _packed, size, HandDriver.Addresses(GuardedArena.User, size), _packed ? 0x8000u : 0, out DeviceRingPlace place));
        var logs = new DeviceLogs(
            logsBuffers ? new BufferLog(Log.Log, Arena.Memory) : null,
            logsRing ? new RingLog(Log.Log, GuardedArena.Guest, ringInLog) : null);
        var options = new DeviceRxOptions(_pool, _queue, Scatter: true);
        Ring = transmits
            ? DeviceRings.CreateTx(in place, Arena.Memory, features, Silence.Instance, logs)
            : DeviceRings.CreateRx(in place, Arena.Memory, features, in options, Silence.Instance, logs);
    }

    internal GuardedArena Arena { get; } = new();

    internal TestLog Log { get; }

    internal DeviceRing Ring { get; }

    internal HandDriver Driver { get; }

    /// <summary>Where a byte of a page of buffers lies, counted from the arena's start.</summary>
    internal static uint At(uint page, uint offset) => ((Buffers + page) * Page) + offset;

    /// <summary>Pages from the guest's first one on, in order.</summary>
    internal List<long> TakeMarks()
    {
        List<long> marks = Log.Take(GuardedArena.Guest);

        // Behind the buffers in the log, and before them in the tests.
        return [.. marks.OrderBy(page => page >= LoggedRing ? 0 : 1).ThenBy(page => page)];
    }

    internal void AssertMarked(params long[] pages) => Assert.Equal(pages, TakeMarks());

    /// <summary>Pages of the ring that are marked when its first descriptors are used: the index is on a split ring's first page.</summary>
    internal long[] RingPages(int descriptors)
    {
        Assert.InRange(descriptors, 1, 100);
        return _packed ? [0] : [LoggedRing];
    }

    internal void Transmit(int[] lengths, bool all = true)
    {
        Packet[] packets = [.. lengths.Select(Make)];
        int sent = Ring.Transmit(packets, out _);
        PacketPool.Free(packets);
        Assert.True(!all || sent == lengths.Length, $"{sent} of {lengths.Length} packets were sent");
    }

    internal int Receive()
    {
        int taken = Ring.Receive(_packets).Packets;
        PacketPool.Free(_packets.AsSpan(0, taken));
        return taken;
    }

    /// <summary>Sends so many frames from the driver and receives them.</summary>
    internal void Receive(int frames)
    {
        for (int i = 0; i < frames; i++, _position++)
        {
            Driver.Offer(false, (At(0, 0), 100));
        }

        Assert.Equal(frames, Receive());
        for (int i = 0; i < frames; i++)
        {
            Assert.True(Driver.TryTakeUsed());
        }
    }

    public void Dispose()
    {
        Arena.AssertIntact();
        Log.AssertNothingBehind();
        _queue.Dispose();
        _port.Dispose();
        _pool.Dispose();
        Log.Dispose();
        Arena.Dispose();
    }

    private Packet Make(int length)
    {
        byte[] frame = new byte[length];
        frame.AsSpan().Fill(0x11);
        return PacketMaker.Make(_pool, frame);
    }
}
