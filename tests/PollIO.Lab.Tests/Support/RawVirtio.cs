using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using PollIO.Pmd.VirtioPci;
using PollIO.Wire;
using static PollIO.Pmd.Virtio.VirtioSpec;

namespace PollIO.Lab.Tests.Support;

/// <summary>A virtio NIC with split rings (virtio 1.2 §2.7), whose numbers 0 and 1 receive and send (§5.1.2).</summary>
internal sealed unsafe class RawVirtio : RawNic
{
    private const int RingSize = 64;
    private const int BufferSize = 2048;

    private readonly VfioPciDevice _device;
    private readonly VirtioPciTransport _transport;
    private readonly RingArea _rings;
    private readonly QueueNotifier _rxDoorbell;
    private readonly QueueNotifier _txDoorbell;
    private readonly MacAddress _mac;

    internal RawVirtio(PciAddress address)
    {
        _device = VfioPciDevice.Open(SysfsTree.Machine, address);
        _transport = new VirtioPciTransport(_device.Name, _device);
        _mac = VirtioNetFacts.Read(_device.Name, _transport, isTranslated: true).MacAddress!.Value;
        _transport.Accept(VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_NET_F_MAC);
        _rings = new RingArea(_device.Name, _device, [RingSize, RingSize]);
        Rx.Clear();
        Tx.Clear();
        _rxDoorbell = _transport.SetUp(0, Rx, packed: false, VirtioPciSpec.VIRTIO_MSI_NO_VECTOR);
        _txDoorbell = _transport.SetUp(1, Tx, packed: false, VirtioPciSpec.VIRTIO_MSI_NO_VECTOR);
        _device.SetBusMaster(true);
        _transport.Go();
    }

    internal override string Mac => _mac.ToString();

    internal override int Received => Volatile.Read(ref Rx.Split.UsedIndex);

    // Without VIRTIO_NET_F_STATUS the link is always up (§5.1.4).
    internal override bool IsUp => true;

    private DriverRingMemory Rx => _rings.Rings[0];

    private DriverRingMemory Tx => _rings.Rings[1];

    internal override Task SendAsync(nint address, int length)
    {
        SplitRing ring = Tx.Split;
        ring.Descriptors[0] = Describe(Tx.Iova.Translate((nint)Tx.Header(0)), (uint)sizeof(VirtioNetHeader), VIRTQ_DESC_F_NEXT, next: 1);
        ring.Descriptors[1] = Describe((ulong)address, (uint)length, flags: 0);
        ushort sent = (ushort)(ring.AvailableIndex + 1);
        ring.AvailableEntries[(sent - 1) % RingSize] = 0;
        Volatile.Write(ref ring.AvailableIndex, sent);
        _txDoorbell.Notify();
        return Guest.WaitForAsync(() => Volatile.Read(ref Tx.Split.UsedIndex) == sent, "the used descriptor");
    }

    internal override void ReceiveInto(nint address)
    {
        SplitRing ring = Rx.Split;
        for (ushort i = 0; i < RingSize; i++)
        {
            ring.Descriptors[i] = Describe((ulong)address, BufferSize, VIRTQ_DESC_F_WRITE);
            ring.AvailableEntries[i] = i;
        }

        Volatile.Write(ref ring.AvailableIndex, RingSize);
        _rxDoorbell.Notify();
    }

    public override void Dispose()
    {
        _transport.Reset();
        _device.SetBusMaster(false);
        _rings.Dispose();
        _device.Dispose();
    }

    private static RingDescriptor Describe(ulong address, uint length, ushort flags, ushort next = 0) =>
        new() { Address = address, Word = RingDescriptor.SplitWord(length, flags, next) };
}
