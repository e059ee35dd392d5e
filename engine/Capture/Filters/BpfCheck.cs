namespace PollIO.Capture;

/// <summary>Checks a program once, so that running it needs no check but those of the packet's bounds.</summary>
internal static class BpfCheck
{
    /// <summary>Whether every instruction is known, every jump stays inside, every memory word exists and every way ends in a return.</summary>
    internal static bool IsValid(ReadOnlySpan<FilterInstruction> program)
    {
        if (program.Length is 0 or > BpfSpec.MAXINSNS || program[^1].Code is not (BpfSpec.RET_K or BpfSpec.RET_A))
        {
            return false;
        }

        for (int i = 0; i < program.Length; i++)
        {
            // Jumps go forward only, so a program of finite length ends.
            if (!IsValid(program[i], program.Length - i - 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsValid(in FilterInstruction instruction, int following) => (int)instruction.Code switch
    {
        BpfSpec.LD_MEM or BpfSpec.LDX_MEM or BpfSpec.ST or BpfSpec.STX => instruction.Value < BpfSpec.MEMWORDS,
        BpfSpec.ALU_DIV_K or BpfSpec.ALU_MOD_K => instruction.Value != 0,
        BpfSpec.ALU_LSH_K or BpfSpec.ALU_RSH_K => instruction.Value < 32,
        BpfSpec.JMP_JA => instruction.Value < (uint)following,
        BpfSpec.JMP_JEQ_K or BpfSpec.JMP_JGT_K or BpfSpec.JMP_JGE_K or BpfSpec.JMP_JSET_K
            or BpfSpec.JMP_JEQ_X or BpfSpec.JMP_JGT_X or BpfSpec.JMP_JGE_X or BpfSpec.JMP_JSET_X =>
            instruction.JumpTrue < following && instruction.JumpFalse < following,
        BpfSpec.LD_W_ABS or BpfSpec.LD_H_ABS or BpfSpec.LD_B_ABS or BpfSpec.LD_W_IND or BpfSpec.LD_H_IND or BpfSpec.LD_B_IND
            or BpfSpec.LD_IMM or BpfSpec.LD_W_LEN or BpfSpec.LDX_IMM or BpfSpec.LDX_W_LEN or BpfSpec.LDX_B_MSH
            or BpfSpec.ALU_ADD_K or BpfSpec.ALU_SUB_K or BpfSpec.ALU_MUL_K or BpfSpec.ALU_OR_K or BpfSpec.ALU_AND_K
            or BpfSpec.ALU_NEG or BpfSpec.ALU_XOR_K or BpfSpec.ALU_ADD_X or BpfSpec.ALU_SUB_X or BpfSpec.ALU_MUL_X
            or BpfSpec.ALU_DIV_X or BpfSpec.ALU_OR_X or BpfSpec.ALU_AND_X or BpfSpec.ALU_LSH_X or BpfSpec.ALU_RSH_X
            or BpfSpec.ALU_MOD_X or BpfSpec.ALU_XOR_X or BpfSpec.RET_K or BpfSpec.RET_A or BpfSpec.MISC_TAX or BpfSpec.MISC_TXA => true,
        _ => false,
    };
}
