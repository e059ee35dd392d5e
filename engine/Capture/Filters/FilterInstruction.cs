namespace PollIO.Capture;

/// <summary>One instruction of a classic BPF program, as libpcap's struct bpf_insn has it.</summary>
/// <param name="Code">Class, size, mode and operation.</param>
/// <param name="JumpTrue">Instructions to pass over when a comparison holds.</param>
/// <param name="JumpFalse">Instructions to pass over when it does not.</param>
/// <param name="Value">The constant, k.</param>
public readonly record struct FilterInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Value);
