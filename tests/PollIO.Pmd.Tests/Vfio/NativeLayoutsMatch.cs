using System.Runtime.CompilerServices;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

/// <summary>The other side's sizes are asserted in native-vfio/src/vfio_caps.c.</summary>
[Trait("tier", "unit")]
public sealed class NativeLayoutsMatch
{
    [Fact]
    public void SizesAreThoseOfTheShim()
    {
        Assert.Equal(12, Unsafe.SizeOf<DeviceInfo>());
        Assert.Equal(16, Unsafe.SizeOf<BarArea>());
        Assert.Equal(24 + (16 * 16), Unsafe.SizeOf<RegionInfo>());
        Assert.Equal(16 + (16 * 64), Unsafe.SizeOf<IommuInfo>());
    }

    [Fact]
    public void FieldsStandWhereTheShimPutsThem()
    {
        RegionInfo region = default;
        Assert.Equal(0, Offset(ref region, ref region.Offset));
        Assert.Equal(8, Offset(ref region, ref region.Length));
        Assert.Equal(16, Offset(ref region, ref region.Flags));
        Assert.Equal(20, Offset(ref region, ref region.AreaCount));
        Assert.Equal(24, Offset(ref region, ref region.Areas));
        IommuInfo iommu = default;
        Assert.Equal(0, Offset(ref iommu, ref iommu.PageSizes));
        Assert.Equal(8, Offset(ref iommu, ref iommu.DmaEntries));
        Assert.Equal(12, Offset(ref iommu, ref iommu.RangeCount));
        Assert.Equal(16, Offset(ref iommu, ref iommu.Ranges));
        Assert.Equal(24, Offset(ref iommu, ref iommu.Ranges[0].Last));
        DeviceInfo device = default;
        Assert.Equal(0, Offset(ref device, ref device.Flags));
        Assert.Equal(4, Offset(ref device, ref device.Regions));
        Assert.Equal(8, Offset(ref device, ref device.Irqs));
    }

    private static nint Offset<TStruct, TField>(ref TStruct whole, ref TField field)
        where TStruct : struct =>
        Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref whole), ref Unsafe.As<TField, byte>(ref field));
}
