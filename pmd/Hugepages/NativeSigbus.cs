using System.Runtime.InteropServices;

namespace PollIO.Pmd.Hugepages;

/// <summary>Bindings of native-vfio/src/sigbus.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static partial class NativeSigbus
{
    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_sigbus_install")]
    internal static partial int Install();

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_sigbus_register")]
    internal static partial int Register(ulong address, ulong length, ulong pageSize);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_sigbus_register_device")]
    internal static partial int RegisterDevice(ulong address, ulong length, ulong pageSize, int eventDescriptor);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_sigbus_unregister")]
    internal static partial int Unregister(int range);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_sigbus_hits")]
    internal static partial long Hits(int range);
}
