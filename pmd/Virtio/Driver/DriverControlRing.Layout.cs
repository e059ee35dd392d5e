using System.Diagnostics;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's control virtqueue in one layout.</summary>
internal sealed unsafe class DriverControlRing<TLayout> : DriverControlRing
    where TLayout : struct, IDriverLayout
{
    private const byte Ok = 0;
    private const byte Unanswered = 0xff;
    private const int HeaderLength = 2;

    private readonly byte* _buffer;
#pragma warning disable IDE0044 // A struct that changes itself: read-only, every call would work on a copy.
    private TLayout _layout;
#pragma warning restore IDE0044
    private uint _head;
    private bool _isSilent;

    internal DriverControlRing(in DriverRingMemory memory, Func<DriverRing, TLayout> createLayout, QueueNotifier notifier)
        : base(in memory, notifier)
    {
        // SAFETY: there is a table of 256 bytes for every slot, and no packet that would need it.
        _buffer = (byte*)memory.Table(0);
        _layout = createLayout(this);
    }

    internal override bool? Send(byte group, byte command, ReadOnlySpan<byte> data, TimeSpan patience)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, MaxData);
        if (_isSilent)
        {
            return null;
        }

        _buffer[0] = group;
        _buffer[1] = command;
        data.CopyTo(new Span<byte>(_buffer + HeaderLength, MaxData));
        byte* answer = _buffer + HeaderLength + MaxData;
        *answer = Unanswered;
        ReadOnlySpan<RingDescriptor> parts =
        [
            Describe(_buffer, HeaderLength, 0),
            Describe(_buffer + HeaderLength, data.Length, 0),
            Describe(answer, sizeof(byte), VirtioSpec.VIRTQ_DESC_F_WRITE),
        ];
        uint slot = _head & Mask;
        for (int i = 0; i < parts.Length; i++)
        {
            Counts[(_head + (uint)i) & Mask] = i == 0 ? (ushort)parts.Length : (ushort)0;
        }

        _layout.PutChain(_head, parts);
        _head += (uint)parts.Length;
        _layout.Publish(_head);
        if (_layout.IsKickDue())
        {
            Notifier.Notify();
        }

        // Who does not answer now may yet write to the buffer: the ring is done for.
        _isSilent = !TryWait(slot, patience);
        return _isSilent ? null : Volatile.Read(ref *answer) == Ok;
    }

    private RingDescriptor Describe(byte* part, int length, ushort flags) =>
        new() { Address = Iova.Translate((nint)part), Length = (uint)length, SplitFlags = flags };

    private bool TryWait(uint slot, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        var wait = new SpinWait();
        while (true)
        {
            if (_layout.Refresh() && _layout.TryTake(out uint id, out _))
            {
                return id == slot;
            }

            if (_layout.Violation != RingViolation.None || Stopwatch.GetElapsedTime(start) > patience)
            {
                return false;
            }

            wait.SpinOnce();
        }
    }
}
