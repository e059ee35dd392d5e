using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PollIO.Interop;

/// <summary>
/// QEMU's software emulator (TCG), which runs guests on machines without virtualisation. It takes vector instructions apart, so that
/// one costs more than the plain ones it stands for: code that uses them to save stores asks here first.
/// </summary>
internal static class Emulator
{
    private const int HypervisorLeaf = 0x4000_0000;

    /// <summary>Whether this process runs in it. A constant to compiled code.</summary>
    internal static readonly bool IsHere = IsTcg();

    // The hypervisor's name stands in EBX, ECX and EDX; leaf 1 says in bit 31 of ECX whether there is one.
    private static bool IsTcg()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(1, 0).Ecx >= 0)
        {
            return false;
        }

        (_, int ebx, int ecx, int edx) = X86Base.CpuId(HypervisorLeaf, 0);
        ReadOnlySpan<int> name = [ebx, ecx, edx];
        return MemoryMarshal.AsBytes(name).SequenceEqual("TCGTCGTCGTCG"u8);
    }
}
