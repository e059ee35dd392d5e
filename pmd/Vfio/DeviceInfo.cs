using System.Runtime.InteropServices;

namespace PollIO.Pmd.Vfio;

/// <summary>Mirrors struct pollio_vfio_device_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceInfo
{
    internal uint Flags;
    internal uint Regions;
    internal uint Irqs;
}
