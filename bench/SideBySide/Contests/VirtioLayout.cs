namespace PollIO.SideBySide.Contests;

/// <summary>A layout of virtio rings.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Keys">Keys of a port spec that ask for it.</param>
/// <param name="DpdkKeys">Keys of DPDK's net_virtio_user that ask for it.</param>
internal sealed record VirtioLayout(string Name, string Keys, string DpdkKeys)
{
    /// <summary>The layouts measured; the packed one with buffers used in order and never merged, the fastest there is.</summary>
    internal static readonly VirtioLayout[] All =
    [
        new("split", "packed=off&in-order=off", "packed_vq=0,in_order=0"),
        new("packed", "packed=on&in-order=on&mrg=off", "packed_vq=1,in_order=1,mrg_rxbuf=0"),
    ];
}
