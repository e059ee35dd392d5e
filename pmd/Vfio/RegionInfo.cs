using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>Mirrors struct pollio_vfio_region_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RegionInfo
{
    /// <summary>Where the region begins in the device's descriptor.</summary>
    internal ulong Offset;

    /// <summary>Bytes; 0 when there is no such region.</summary>
    internal ulong Length;

    internal uint Flags;
    internal uint AreaCount;
    internal AreaArray Areas;

    /// <summary>POLLIO_VFIO_REGION_AREAS of them, of which the first <see cref="AreaCount"/> count.</summary>
    [InlineArray(16)]
    internal struct AreaArray
    {
        private BarArea _first;
    }
}
