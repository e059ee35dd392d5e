using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PollIO.Capture;

/// <summary>
/// Chooses packets: a classic BPF program, as libpcap compiles tcpdump's language into (pcap-filter(7)). Immutable; lcores run it side
/// by side, and it allocates nothing.
/// </summary>
public sealed partial class PacketFilter
{
    private readonly FilterInstruction[] _program;

    /// <summary>Takes a program.</summary>
    /// <exception cref="ArgumentException">It has unknown instructions, jumps outside, or does not end in a return.</exception>
    public PacketFilter(ReadOnlySpan<FilterInstruction> program)
    {
        if (!BpfCheck.IsValid(program))
        {
            throw new ArgumentException($"{program.Length} instructions that are not a BPF program", nameof(program));
        }

        _program = program.ToArray();
    }

    /// <summary>The program.</summary>
    public ReadOnlySpan<FilterInstruction> Program => _program;

    /// <summary>Whether the packet is chosen. A program that reads beyond the packet's end chooses it not.</summary>
    public bool Matches(Packet packet) => Run(packet) != 0;

    private uint Run(Packet packet)
    {
        // SAFETY: no pointers; bounds of the program and its memory were checked when it was made, and are checked by the runtime again.
        ReadOnlySpan<byte> head = packet.Data;
        Span<uint> memory = stackalloc uint[BpfSpec.MEMWORDS];
        FilterInstruction[] program = _program;
        uint a = 0;
        uint x = 0;
        int at = 0;
        while (true)
        {
            ref readonly FilterInstruction i = ref program[at++];
            uint k = i.Value;
            switch ((int)i.Code)
            {
                case BpfSpec.LD_W_ABS:
                case BpfSpec.LD_W_IND:
                    if (!TryLoad(packet, head, (ulong)k + Index(i.Code, x), sizeof(uint), out a))
                    {
                        return 0;
                    }

                    break;
                case BpfSpec.LD_H_ABS:
                case BpfSpec.LD_H_IND:
                    if (!TryLoad(packet, head, (ulong)k + Index(i.Code, x), sizeof(ushort), out a))
                    {
                        return 0;
                    }

                    break;
                case BpfSpec.LD_B_ABS:
                case BpfSpec.LD_B_IND:
                    if (!TryLoad(packet, head, (ulong)k + Index(i.Code, x), sizeof(byte), out a))
                    {
                        return 0;
                    }

                    break;
                case BpfSpec.LDX_B_MSH:
                    if (!TryLoad(packet, head, k, sizeof(byte), out x))
                    {
                        return 0;
                    }

                    x = (x & 0xF) << 2;
                    break;
                case BpfSpec.LD_IMM: a = k; break;
                case BpfSpec.LD_MEM: a = memory[(int)k]; break;
                case BpfSpec.LD_W_LEN: a = (uint)packet.Length; break;
                case BpfSpec.LDX_IMM: x = k; break;
                case BpfSpec.LDX_MEM: x = memory[(int)k]; break;
                case BpfSpec.LDX_W_LEN: x = (uint)packet.Length; break;
                case BpfSpec.ST: memory[(int)k] = a; break;
                case BpfSpec.STX: memory[(int)k] = x; break;
                case BpfSpec.MISC_TAX: x = a; break;
                case BpfSpec.MISC_TXA: a = x; break;
                case BpfSpec.RET_K: return k;
                case BpfSpec.RET_A: return a;
                case BpfSpec.JMP_JA: at += (int)k; break;
                case BpfSpec.JMP_JEQ_K: at += a == k ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JGT_K: at += a > k ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JGE_K: at += a >= k ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JSET_K: at += (a & k) != 0 ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JEQ_X: at += a == x ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JGT_X: at += a > x ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JGE_X: at += a >= x ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.JMP_JSET_X: at += (a & x) != 0 ? i.JumpTrue : i.JumpFalse; break;
                case BpfSpec.ALU_DIV_X or BpfSpec.ALU_MOD_X when x == 0: return 0;
                default: a = Compute(i.Code, a, (i.Code & 0x08) == 0 ? k : x); break;
            }
        }
    }

    // Bit 6 without bit 5 is the indexed mode.
    private static uint Index(ushort code, uint x) => (code & 0x60) == 0x40 ? x : 0;

    private static uint Compute(int code, uint a, uint operand) => (code & 0xF7) switch
    {
        BpfSpec.ALU_ADD_K => a + operand,
        BpfSpec.ALU_SUB_K => a - operand,
        BpfSpec.ALU_MUL_K => a * operand,
        BpfSpec.ALU_DIV_K => a / operand,
        BpfSpec.ALU_MOD_K => a % operand,
        BpfSpec.ALU_OR_K => a | operand,
        BpfSpec.ALU_AND_K => a & operand,
        BpfSpec.ALU_XOR_K => a ^ operand,
        BpfSpec.ALU_LSH_K => operand < 32 ? a << (int)operand : 0,
        BpfSpec.ALU_RSH_K => operand < 32 ? a >> (int)operand : 0,
        _ => 0 - a,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLoad(Packet packet, ReadOnlySpan<byte> head, ulong offset, int size, out uint value)
    {
        if (offset + (uint)size > (uint)head.Length)
        {
            return TryLoadSlow(packet, offset, size, out value);
        }

        ReadOnlySpan<byte> field = head.Slice((int)offset, size);
        value = size switch
        {
            sizeof(uint) => BinaryPrimitives.ReadUInt32BigEndian(field),
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(field),
            _ => field[0],
        };
        return true;
    }

    /// <summary>Reads what lies in a later segment, or across two.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryLoadSlow(Packet packet, ulong offset, int size, out uint value)
    {
        value = 0;
        for (Packet segment = packet; !segment.IsNull && size != 0; segment = segment.NextSegment)
        {
            ReadOnlySpan<byte> data = segment.Data;
            for (; size != 0 && offset < (uint)data.Length; offset++, size--)
            {
                value = (value << 8) | data[(int)offset];
            }

            offset -= Math.Min(offset, (uint)data.Length);
        }

        return size == 0;
    }
}
