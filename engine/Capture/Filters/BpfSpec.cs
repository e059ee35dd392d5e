namespace PollIO.Capture;

/// <summary>Classic BPF's instruction codes, spelled as in McCanne and Jacobson, "The BSD Packet Filter" (1993), and bpf(4).</summary>
internal static class BpfSpec
{
    internal const int MAXINSNS = 4096;
    internal const int MEMWORDS = 16;

    internal const int LD_W_ABS = 0x20;
    internal const int LD_H_ABS = 0x28;
    internal const int LD_B_ABS = 0x30;
    internal const int LD_W_IND = 0x40;
    internal const int LD_H_IND = 0x48;
    internal const int LD_B_IND = 0x50;
    internal const int LD_IMM = 0x00;
    internal const int LD_MEM = 0x60;
    internal const int LD_W_LEN = 0x80;
    internal const int LDX_IMM = 0x01;
    internal const int LDX_MEM = 0x61;
    internal const int LDX_W_LEN = 0x81;
    internal const int LDX_B_MSH = 0xB1;
    internal const int ST = 0x02;
    internal const int STX = 0x03;

    internal const int ALU_ADD_K = 0x04;
    internal const int ALU_SUB_K = 0x14;
    internal const int ALU_MUL_K = 0x24;
    internal const int ALU_DIV_K = 0x34;
    internal const int ALU_OR_K = 0x44;
    internal const int ALU_AND_K = 0x54;
    internal const int ALU_LSH_K = 0x64;
    internal const int ALU_RSH_K = 0x74;
    internal const int ALU_NEG = 0x84;
    internal const int ALU_MOD_K = 0x94;
    internal const int ALU_XOR_K = 0xA4;
    internal const int ALU_ADD_X = 0x0C;
    internal const int ALU_SUB_X = 0x1C;
    internal const int ALU_MUL_X = 0x2C;
    internal const int ALU_DIV_X = 0x3C;
    internal const int ALU_OR_X = 0x4C;
    internal const int ALU_AND_X = 0x5C;
    internal const int ALU_LSH_X = 0x6C;
    internal const int ALU_RSH_X = 0x7C;
    internal const int ALU_MOD_X = 0x9C;
    internal const int ALU_XOR_X = 0xAC;

    internal const int JMP_JA = 0x05;
    internal const int JMP_JEQ_K = 0x15;
    internal const int JMP_JGT_K = 0x25;
    internal const int JMP_JGE_K = 0x35;
    internal const int JMP_JSET_K = 0x45;
    internal const int JMP_JEQ_X = 0x1D;
    internal const int JMP_JGT_X = 0x2D;
    internal const int JMP_JGE_X = 0x3D;
    internal const int JMP_JSET_X = 0x4D;

    internal const int RET_K = 0x06;
    internal const int RET_A = 0x16;
    internal const int MISC_TAX = 0x07;
    internal const int MISC_TXA = 0x87;
}
