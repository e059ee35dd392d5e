using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>Writes a ring's driver side: mostly right, sometimes wrong in one of the ways there are, sometimes noise.</summary>
internal sealed unsafe class HostileDriver(GuardedArena arena, Random random, uint size, bool packed, bool isWritten)
{
    private const int Buffers = 16384;

    private uint _position;

    /// <summary>Makes some buffers available.</summary>
    internal void Write()
    {
        int count = random.Next(0, (int)Math.Min(size, 24));
        for (int i = 0; i < count; i++, _position++)
        {
            RingDescriptor descriptor = Describe();
            ushort flags = Flags(random.Next(64));
            uint slot = _position % size;
            RingDescriptor* target = (RingDescriptor*)arena.Start + slot;
            target->Address = descriptor.Address;
            target->Word = packed
                ? RingDescriptor.PackedWord(descriptor.Length, Number(slot), (ushort)(flags | PackedRing.AvailableFlags(_position, size)))
                : RingDescriptor.SplitWord(descriptor.Length, flags, (ushort)random.Next((int)size + (random.Next(50) == 0 ? 1000 : 0)));
            if (!packed)
            {
                ((ushort*)(arena.Start + 4096))[2 + slot] = (ushort)Number(slot);
            }
        }

        if (!packed)
        {
            int jump = random.Next(200) == 0 ? random.Next(0x10000) : 0;
            ((ushort*)(arena.Start + 4096))[1] = (ushort)(_position + jump);
        }

        WriteTable();
        if (random.Next(40) == 0)
        {
            random.NextBytes(arena.Bytes.Slice(random.Next(8192 - 64), 64));
        }
    }

    private uint Number(uint slot) => random.Next(300) == 0 ? (uint)random.Next(0x10000) : slot;

    private ushort Flags(int choice)
    {
        int direction = isWritten ? VirtioSpec.VIRTQ_DESC_F_WRITE : 0;
        return (ushort)(choice switch
        {
            0 => direction ^ VirtioSpec.VIRTQ_DESC_F_WRITE,
            1 or 2 => direction | VirtioSpec.VIRTQ_DESC_F_NEXT,
            3 => VirtioSpec.VIRTQ_DESC_F_INDIRECT | VirtioSpec.VIRTQ_DESC_F_NEXT,
            4 or 5 => VirtioSpec.VIRTQ_DESC_F_INDIRECT,
            _ => direction,
        });
    }

    private RingDescriptor Describe()
    {
        ulong end = GuardedArena.Guest + GuardedArena.Length;
        return random.Next(100) switch
        {
            0 => new RingDescriptor { Address = (ulong)random.NextInt64(), Length = (uint)random.Next() },
            1 => new RingDescriptor { Address = end - (ulong)random.Next(2000), Length = (uint)random.Next(2048) },
            2 => new RingDescriptor { Address = ulong.MaxValue - (ulong)random.Next(2000), Length = (uint)random.Next(4096) },
            3 => new RingDescriptor { Address = GuardedArena.Guest + (GuardedArena.Length / 2) - 700, Length = 1500 },
            4 => new RingDescriptor { Address = GuardedArena.Guest + Buffers, Length = uint.MaxValue },
            5 or 6 => new RingDescriptor { Address = GuardedArena.Guest + 8192, Length = (uint)(16 * random.Next(0, 12)) },
            _ => new RingDescriptor
            {
                Address = GuardedArena.Guest + Buffers + (ulong)random.Next(GuardedArena.Length - Buffers - 4096),
                Length = (uint)random.Next(isWritten ? 1600 : 0, 2100),
            },
        };
    }

    /// <summary>Fills the table that indirect descriptors name.</summary>
    private void WriteTable()
    {
        var table = (RingDescriptor*)(arena.Start + 8192);
        for (int i = 0; i < 12; i++)
        {
            table[i] = Describe();
            ushort flags = Flags(random.Next(3, 64));
            table[i].Word = packed
                ? RingDescriptor.PackedWord(table[i].Length, 0, flags)
                : RingDescriptor.SplitWord(table[i].Length, (ushort)(flags | random.Next(2)), (ushort)random.Next(14));
        }
    }
}
