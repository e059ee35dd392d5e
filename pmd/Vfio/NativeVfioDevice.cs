using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Vfio;

/// <summary>Bindings of native-vfio/src/vfio_device.c. Each returns a negative errno, or 0 or the value pollio_vfio.h states.</summary>
internal static unsafe partial class NativeVfioDevice
{
    internal const uint FlagReset = 1;
    internal const uint FlagPci = 2;

    internal const uint ConfigRegion = 7;

    internal const uint IrqIntX = 0;
    internal const uint IrqMsi = 1;
    internal const uint IrqMsiX = 2;
    internal const uint IrqError = 3;
    internal const uint IrqRequest = 4;

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_device_info")]
    internal static partial int GetInfo(SafeFileHandle device, out DeviceInfo info);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_region_info")]
    internal static partial int GetRegion(SafeFileHandle device, uint index, out RegionInfo info);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_region_map")]
    internal static partial int Map(SafeFileHandle device, ulong offset, ulong length, out ulong address);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_region_read")]
    internal static partial int Read(SafeFileHandle device, ulong offset, uint size, out uint value);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_region_write")]
    internal static partial int Write(SafeFileHandle device, ulong offset, uint size, uint value);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_irq_count")]
    internal static partial int CountIrqs(SafeFileHandle device, uint index);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_irq_set")]
    internal static partial int SetIrqs(SafeFileHandle device, uint index, uint count, int* eventDescriptors);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_irq_disable")]
    internal static partial int DisableIrqs(SafeFileHandle device, uint index);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_irq_unmask")]
    internal static partial int UnmaskIrq(SafeFileHandle device, uint index);

    [LibraryImport(NativeShim.Library, EntryPoint = "pollio_vfio_device_reset")]
    internal static partial int Reset(SafeFileHandle device);
}
