using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PollIO.Pmd.Hugepages;

/// <summary>Bindings of native-vfio/src/memory.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static unsafe partial class NativeMapping
{
    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_map_shared")]
    internal static partial int MapShared(SafeFileHandle file, ulong offset, ulong address, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_unmap")]
    internal static partial int Unmap(ulong address, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_bind_node")]
    internal static partial int BindNode(ulong address, ulong length, int node);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_populate")]
    internal static partial int Populate(ulong address, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_page_node")]
    internal static partial int PageNode(ulong address);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_lock")]
    internal static partial int Lock(ulong address, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_unlock")]
    internal static partial int Unlock(ulong address, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_physical_addresses")]
    internal static partial int PhysicalAddresses(ulong address, ulong stride, uint count, ulong* physical);
}
