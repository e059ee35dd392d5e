using PollIO.Wire;
using static PollIO.Pmd.Virtio.VirtioSpec;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>What a network device says of itself before it is set up.</summary>
/// <param name="Features">What it offers, as far as its configuration has the fields for it.</param>
/// <param name="MacAddress">Its address, or null when it has none.</param>
/// <param name="MaxPairs">Most queue pairs.</param>
/// <param name="Mtu">Its MTU in bytes, or 0 when it says nothing of it.</param>
/// <param name="RxRingSize">Largest receive ring, in descriptors, a power of two.</param>
/// <param name="TxRingSize">The same for transmit rings.</param>
internal sealed record VirtioNetFacts(ulong Features, MacAddress? MacAddress, int MaxPairs, int Mtu, int RxRingSize, int TxRingSize)
{
    private const ulong Pairs = VIRTIO_NET_F_MQ | VIRTIO_NET_F_CTRL_VQ;

    // A ring is one piece of at most 2 MiB for devices without an IOMMU.
    private const int LargestRing = 4096;

    /// <summary>Reads a device that was reset.</summary>
    /// <exception cref="PollIOException">The device lacks what cannot be done without, or queues.</exception>
    internal static VirtioNetFacts Read(string name, VirtioPciTransport transport, bool isTranslated)
    {
        ulong features = transport.Greet();
        VirtioNetFeatures.Require(name, features, isTranslated);
        features &= ~(Missing(transport, VIRTIO_NET_F_MQ, NetMaxPairs + sizeof(ushort))
            | Missing(transport, VIRTIO_NET_F_MTU, NetMtu + sizeof(ushort))
            | Missing(transport, VIRTIO_NET_F_SPEED_DUPLEX, NetDuplex + sizeof(byte)));
        var facts = new VirtioNetFacts(
            features,
            (features & VIRTIO_NET_F_MAC) == 0 ? null : transport.ReadConfig(ReadAddress),
            (features & Pairs) == Pairs ? Math.Clamp(transport.ReadConfig(config => config.Read16(NetMaxPairs)), (ushort)1, (ushort)128) : 1,
            (features & VIRTIO_NET_F_MTU) == 0 ? 0 : transport.ReadConfig(config => config.Read16(NetMtu)),
            LargestOf(transport.MaxSizeOf(0)),
            LargestOf(transport.MaxSizeOf(1)));
        return Math.Min(facts.RxRingSize, facts.TxRingSize) >= VirtioPciQueues.MinRingSize
            ? facts
            : throw new PollIOException(
                "open virtio device", name, $"its rings of {facts.RxRingSize} and {facts.TxRingSize} descriptors are too small: {VirtioPciQueues.MinRingSize} are needed");
    }

    private static ulong Missing(VirtioPciTransport transport, ulong feature, int end) => transport.ConfigLength < end ? feature : 0;

    private static int LargestOf(int size) => size == 0 ? 0 : 1 << int.Log2(Math.Min(size, LargestRing));

    private static MacAddress ReadAddress(VirtioPciWindow config)
    {
        ulong address = 0;
        for (int i = 0; i < 6; i++)
        {
            address = (address << 8) | config.Read8(NetMac + i);
        }

        return new MacAddress(address);
    }
}
