using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PollIO;

/// <summary>One pool's ownership records; exists only while tracking is on. Slow and allocating by design.</summary>
internal sealed unsafe class PacketTracker(PacketPool pool, PacketMetadata* packets)
{
    private const int MaxDescribed = 8;

    private readonly Record[] _records = new Record[pool.Count];
    private readonly PacketMetadata* _packets = packets;

    private enum Owner : byte
    {
        Pool,
        Application,
        Port,
    }

    internal void Taken(ReadOnlySpan<Packet> taken)
    {
        var where = new StackTrace(2, fNeedFileInfo: false);
        foreach (Packet packet in taken)
        {
            ref Record record = ref RecordOf(packet.Pointer);
            record.Owner = Owner.Application;
            record.TakenAt = where;
        }
    }

    internal void Freed(PacketMetadata* segment)
    {
        ref Record record = ref RecordOf(segment);
        record.Owner = Owner.Pool;
        record.FreedAt = new StackTrace(2, fNeedFileInfo: false);
        record.Memory?.Invalidate();
        record.Memory = null;
    }

    internal void Shared(PacketMetadata* metadata) => CheckUse(metadata);

    internal void HandedToPort(PacketMetadata* metadata, string port)
    {
        CheckUse(metadata);
        ref Record record = ref RecordOf(metadata);
        if (metadata->IsShared)
        {
            return;
        }

        if (record.Owner == Owner.Port)
        {
            throw new PacketOwnershipException($"{Name(metadata)} was transmitted to {port} while port {record.Port} has it{Describe(in record)}");
        }

        record.Owner = Owner.Port;
        record.Port = port;
    }

    internal void HandedToApplication(PacketMetadata* metadata)
    {
        ref Record record = ref RecordOf(metadata);
        if (record.Owner == Owner.Pool)
        {
            throw new PacketOwnershipException($"{Name(metadata)} was handed out while it is free{Describe(in record)}");
        }

        record.Owner = Owner.Application;
    }

    internal void CheckUse(PacketMetadata* metadata)
    {
        ref Record record = ref RecordOf(metadata);
        if (record.Owner == Owner.Pool)
        {
            throw new PacketOwnershipException($"{Name(metadata)} was used after it was freed{Describe(in record)}");
        }
    }

    internal void CheckFree(PacketMetadata* metadata)
    {
        ref Record record = ref RecordOf(metadata);
        if (record.Owner == Owner.Pool)
        {
            throw new PacketOwnershipException($"{Name(metadata)} was freed twice{Describe(in record)}");
        }
    }

    internal Memory<byte> MemoryOf(PacketMetadata* segment, int offset, int length)
    {
        ref Record record = ref RecordOf(segment);
        record.Memory ??= new LifetimeMemoryManager(segment->Buffer, segment->BufferLength);
        return record.Memory.Memory.Slice(offset, length);
    }

    internal string DescribeOutstanding()
    {
        var text = new StringBuilder();
        int described = 0;
        for (int i = 0; i < _records.Length && described < MaxDescribed; i++)
        {
            ref Record record = ref _records[i];
            if (record.Owner != Owner.Pool)
            {
                string owner = record.Owner == Owner.Port ? $"port {record.Port}" : "the application";
                text.Append(CultureInfo.InvariantCulture, $"{Environment.NewLine}  {Name(_packets + i)}, held by {owner}, taken{Describe(in record)}");
                described++;
            }
        }

        return text.ToString();
    }

    private static string Describe(in Record record)
    {
        string text = record.TakenAt is null ? "" : $"{Environment.NewLine}taken {record.TakenAt.ToString().TrimEnd()}";
        return record.FreedAt is null || record.Owner != Owner.Pool
            ? text
            : $"{text}{Environment.NewLine}freed {record.FreedAt.ToString().TrimEnd()}";
    }

    private string Name(PacketMetadata* metadata) => $"packet {pool.IndexOf(metadata)} of pool {pool.Name}";

    private ref Record RecordOf(PacketMetadata* metadata) => ref _records[metadata - _packets];

    private struct Record
    {
        internal Owner Owner;
        internal string? Port;
        internal StackTrace? TakenAt;
        internal StackTrace? FreedAt;
        internal LifetimeMemoryManager? Memory;
    }

    /// <summary>The memory of one packet's one lifetime.</summary>
    private sealed class LifetimeMemoryManager(byte* buffer, int length) : MemoryManager<byte>
    {
        private volatile bool _invalid;

        public override Span<byte> GetSpan()
        {
            ThrowIfInvalid();
            return new Span<byte>(buffer, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ThrowIfInvalid();
            return new MemoryHandle(buffer + elementIndex);
        }

        public override void Unpin()
        {
        }

        internal void Invalidate() => _invalid = true;

        protected override void Dispose(bool disposing) => _invalid = true;

        private void ThrowIfInvalid()
        {
            if (_invalid)
            {
                throw new PacketOwnershipException("a Memory<byte> was used after its packet was freed");
            }
        }
    }
}
