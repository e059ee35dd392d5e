using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Vfio;

/// <summary>Bindings of native-vfio/src/vfio_container.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static partial class NativeVfioContainer
{
    internal const uint Type1V2 = 3;
    internal const uint NoIommu = 8;

    internal const int GroupViable = 1;

    internal const uint DmaRead = 1;
    internal const uint DmaWrite = 2;

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_container_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_container_has_type")]
    internal static partial int HasType(SafeFileHandle container, uint type);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_container_set_type")]
    internal static partial int SetType(SafeFileHandle container, uint type);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_group_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenGroup(string path);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_group_status")]
    internal static partial int GroupStatus(SafeFileHandle group);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_group_set_container")]
    internal static partial int SetContainer(SafeFileHandle group, SafeFileHandle container);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_group_device", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenDevice(SafeFileHandle group, string name);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_iommu_info")]
    internal static partial int GetIommuInfo(SafeFileHandle container, out IommuInfo info);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_dma_map")]
    internal static partial int MapDma(SafeFileHandle container, ulong address, ulong iova, ulong length, uint flags);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_dma_unmap")]
    internal static partial long UnmapDma(SafeFileHandle container, ulong iova, ulong length);
}
