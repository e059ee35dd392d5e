using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace PollIO.Pmd.Tests.Support;

/// <summary>
/// Makes a kernel speak through VLAN tags: two BPF programs on the inner end of a wire put tags on all it sends and take them off
/// all it receives. Unlike VLAN interfaces this needs no kernel module, and the stack above keeps its segmentation and checksum
/// offloads all the same.
/// </summary>
internal static unsafe partial class TaggingFilter
{
    private const int SYS_bpf = 321;
    private const int BPF_PROG_LOAD = 5;
    private const int BPF_OBJ_PIN = 6;
    private const uint BPF_PROG_TYPE_SCHED_CLS = 3;
    private const int BPF_FUNC_skb_vlan_push = 18;
    private const int BPF_FUNC_skb_vlan_pop = 19;

    /// <summary>Puts the filters in place, for as long as the wire exists.</summary>
    /// <param name="wire">Where.</param>
    /// <param name="tags">Type and control information of each tag, the innermost first.</param>
    internal static void Add(VethPair wire, params (ushort Type, ushort Control)[] tags)
    {
        ulong[] start = [Instruction(0xbf, dst: 6, src: 1)];
        ulong[] context = [Instruction(0xbf, dst: 1, src: 6)];
        ulong[] end = [Instruction(0xb7, dst: 0), Instruction(0x95)];
        IEnumerable<ulong> push = tags.SelectMany(tag => context
            .Append(Instruction(0xb7, dst: 2, immediate: System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(tag.Type)))
            .Append(Instruction(0xb7, dst: 3, immediate: tag.Control))
            .Append(Instruction(0x85, immediate: BPF_FUNC_skb_vlan_push)));
        IEnumerable<ulong> pop = tags.SelectMany(_ => context.Append(Instruction(0x85, immediate: BPF_FUNC_skb_vlan_pop)));

        Tc(wire, $"qdisc add dev {wire.Inner} clsact");
        string folder = Directory.CreateTempSubdirectory("pollio-bpf-").FullName;
        try
        {
            NetworkNamespace.Execute("mount", "-t", "bpf", "bpf", folder);
            Attach(wire, "egress", [.. start, .. push, .. end], folder);
            Attach(wire, "ingress", [.. start, .. pop, .. end], folder);
        }
        finally
        {
            NetworkNamespace.Execute("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static void Attach(VethPair wire, string direction, ulong[] program, string folder)
    {
        string path = Path.Combine(folder, direction);
        byte[] pathBytes = Encoding.UTF8.GetBytes(path + '\0');
        fixed (ulong* instructions = program)
        fixed (byte* license = "MIT\0"u8)
        fixed (byte* pathPointer = pathBytes)
        {
            var load = new LoadRequest
            {
                Type = BPF_PROG_TYPE_SCHED_CLS,
                Count = (uint)program.Length,
                Instructions = (nint)instructions,
                License = (nint)license,
            };
            int descriptor = (int)Check(SystemCall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(LoadRequest)));
            using var owned = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
            var pin = new PinRequest { Path = (nint)pathPointer, Descriptor = (uint)descriptor };
            Check(SystemCall(SYS_bpf, BPF_OBJ_PIN, &pin, sizeof(PinRequest)));
        }

        Tc(wire, $"filter add dev {wire.Inner} {direction} bpf direct-action object-pinned {path}");
    }

    private static void Tc(VethPair wire, string commandLine) => wire.Peer.ExecuteInside("tc", commandLine.Split(' '));

    private static ulong Instruction(byte code, byte dst = 0, byte src = 0, int immediate = 0) =>
        code | ((ulong)(dst | (src << 4)) << 8) | ((ulong)(uint)immediate << 32);

    private static nint Check(nint result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint command, void* attributes, nint size);

    /// <summary>union bpf_attr for BPF_PROG_LOAD, as far as it is needed.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 48)]
    private struct LoadRequest
    {
        internal uint Type;
        internal uint Count;
        internal nint Instructions;
        internal nint License;
    }

    /// <summary>union bpf_attr for BPF_OBJ_PIN.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PinRequest
    {
        internal nint Path;
        internal uint Descriptor;
        internal uint Flags;
    }
}
