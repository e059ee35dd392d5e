using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PollIO.Pmd.Hugepages;

/// <summary>Bindings of native-vfio/src/hugepage.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static partial class NativeHugepages
{
    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_memfd", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateMemfd(string name, ulong pageSize);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_file", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateFile(string path);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_page_size")]
    internal static partial long PageSize(SafeFileHandle file);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_resize")]
    internal static partial int Resize(SafeFileHandle file, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_allocate")]
    internal static partial int Allocate(SafeFileHandle file, ulong offset, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_release")]
    internal static partial int Release(SafeFileHandle file, ulong offset, ulong length);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_hugepage_seal_shrink")]
    internal static partial int SealShrink(SafeFileHandle file);
}
