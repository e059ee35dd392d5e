using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Uio;

/// <summary>Bindings of native-vfio/src/uio.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static partial class NativeUio
{
    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_uio_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_uio_take")]
    internal static partial int Take(SafeFileHandle uio, out uint count);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_resource_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenResource(string path);
}
