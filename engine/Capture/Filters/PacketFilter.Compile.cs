using System.Runtime.InteropServices;

namespace PollIO.Capture;

/// <content>Compiling, with the libpcap of the machine.</content>
public sealed unsafe partial class PacketFilter
{
    private const string Operation = "compile filter";
    private const int DLT_EN10MB = 1;
    private const uint PCAP_NETMASK_UNKNOWN = 0xFFFF_FFFF;

    // Debian's name first; the others' soname is libpcap.so.1.
    private static readonly string[] s_names = ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

    // Before libpcap 1.8 its compiler kept global state.
    private static readonly Lock s_lock = new();

    /// <summary>Compiles an expression of tcpdump's language for Ethernet frames (pcap-filter(7)).</summary>
    /// <exception cref="PollIOException">libpcap is not installed, or does not understand the expression.</exception>
    public static PacketFilter Compile(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        lock (s_lock)
        {
            return Compile(expression, Load(expression));
        }
    }

    private static PacketFilter Compile(string expression, nint library)
    {
        var open = (delegate* unmanaged<int, int, void*>)NativeLibrary.GetExport(library, "pcap_open_dead");
        var close = (delegate* unmanaged<void*, void>)NativeLibrary.GetExport(library, "pcap_close");
        var compile = (delegate* unmanaged<void*, BpfProgram*, byte*, int, uint, int>)NativeLibrary.GetExport(library, "pcap_compile");
        var error = (delegate* unmanaged<void*, byte*>)NativeLibrary.GetExport(library, "pcap_geterr");
        var free = (delegate* unmanaged<BpfProgram*, void>)NativeLibrary.GetExport(library, "pcap_freecode");

        void* handle = open(DLT_EN10MB, PcapngWriter.MaxCapturedLength);
        if (handle == null)
        {
            throw new PollIOException(Operation, expression, "libpcap has no memory");
        }

        byte* text = (byte*)Marshal.StringToCoTaskMemUTF8(expression);
        BpfProgram program;
        try
        {
            if (compile(handle, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
            {
                string reason = Marshal.PtrToStringUTF8((nint)error(handle)) ?? "libpcap refuses it";
                throw new PollIOException(Operation, expression, reason, remedy: "man pcap-filter describes the language");
            }

            // SAFETY: libpcap's program of the length it states, alive until pcap_freecode; the layout is FilterInstruction's.
            var filter = new PacketFilter(new ReadOnlySpan<FilterInstruction>(program.Instructions, (int)program.Length));
            free(&program);
            return filter;
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)text);
            close(handle);
        }
    }

    private static nint Load(string expression)
    {
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return library;
            }
        }

        throw new PollIOException(
            Operation, expression, "libpcap, which compiles filters, is not installed", remedy: "apt-get install libpcap0.8, or capture without a filter");
    }

    // struct bpf_program of pcap/bpf.h.
    private struct BpfProgram
    {
        internal uint Length;
        internal FilterInstruction* Instructions;
    }
}
