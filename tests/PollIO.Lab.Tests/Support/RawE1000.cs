using PollIO.Pmd.E1000;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;
using static PollIO.Pmd.E1000.E1000DescriptorFields;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Lab.Tests.Support;

/// <summary>An Intel NIC.</summary>
internal sealed class RawE1000 : RawNic
{
    private const int RingSize = 64;
    private const int BufferSize = 2048;

    private readonly VfioPciDevice _device;
    private readonly E1000Hardware _hardware;
    private readonly E1000Rings _rings;
    private uint _next;

    internal RawE1000(PciAddress address)
    {
        _device = VfioPciDevice.Open(SysfsTree.Machine, address);
        _hardware = new E1000Hardware(_device.Name, _device, E1000Chip.Of(_device.Id));
        _rings = new E1000Rings(_device.Name, _device, RingSize, RingSize);
        _hardware.Initialize(new E1000Settings(
            _rings.RxIova, RingSize, BufferSize, _rings.TxIova, RingSize, LongFrames: false, RxChecksum: false, Vlan: false));
        _hardware.SetFilters(promiscuous: true, allMulticast: true);
        _device.SetBusMaster(true);
    }

    internal override string Mac => _hardware.MacAddress.ToString();

    internal override int Received => (int)_hardware.Registers.Read32(RDH);

    internal override bool IsUp => _hardware.TryReadLink(out LinkState link) && link.IsUp;

    internal override Task SendAsync(nint address, int length)
    {
        uint position = _next++ % RingSize;
        Transmitted(position) = new E1000Descriptor { Address = (ulong)address, Command = (uint)length | TXD_CMD_EOP | TXD_CMD_IFCS | TXD_CMD_RS };
        _hardware.Registers.Write32(TDT, _next % RingSize);
        return Guest.WaitForAsync(() => (Volatile.Read(ref Transmitted(position).Command) & TXD_STAT_DD) != 0, "the descriptor's write-back");
    }

    internal override unsafe void ReceiveInto(nint address)
    {
        for (int i = 0; i < RingSize; i++)
        {
            _rings.Rx[i] = new E1000Descriptor { Address = (ulong)address };
        }

        _hardware.Registers.Write32(RDT, RingSize - 1);
        _hardware.EnableReceive();
    }

    public override void Dispose()
    {
        _hardware.Stop();
        _device.SetBusMaster(false);
        _rings.Dispose();
        _device.Dispose();
    }

    // SAFETY: positions lie in the ring.
    private unsafe ref E1000Descriptor Transmitted(uint position) => ref _rings.Tx[position];
}
