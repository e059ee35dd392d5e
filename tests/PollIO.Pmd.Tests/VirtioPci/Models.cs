namespace PollIO.Pmd.Tests.VirtioPci;

/// <summary>QEMU's virtio network device in the ways the driver meets it.</summary>
internal static class Models
{
    internal const string Split = "virtio-net-pci,disable-legacy=on,iommu_platform=on";
    internal const string Packed = Split + ",packed=on";

    /// <summary>Split, as drivers of old were written for: no merged buffers, no event indices, no indirect descriptors.</summary>
    internal const string Plain = Split + ",mrg_rxbuf=off,event_idx=off,indirect_desc=off";

    internal const string PackedPlain = Packed + ",mrg_rxbuf=off,event_idx=off,indirect_desc=off";
}
