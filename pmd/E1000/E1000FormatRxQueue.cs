using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000DescriptorFields;

namespace PollIO.Pmd.E1000;

/// <summary>The poll of the receive ring, compiled for one descriptor format.</summary>
internal sealed unsafe class E1000FormatRxQueue<TFormat>(Port port, PortConfig config, IovaMap iova, int maxFrame, E1000RxInterrupt interrupt)
    : E1000RxQueue(port, config, iova, maxFrame, interrupt)
    where TFormat : struct, IRxFormat
{
    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        // Copies: the JIT does not keep fields in registers across stores through pointers.
        E1000Descriptor* ring = _ring;
        Packet* shadow = _shadow;
        uint mask = _mask, next = _next, end = _isStopped ? next : _filled;
        uint news = _wantedStatus | RXD_ERR_FRAME | RXD_STAT_EOP, bufferSize = (uint)BufferSize;
        int count = 0;
        long bytes = 0;

        // Behind the end lie descriptors that are done already and wait for new packets.
        while (count < packets.Length && next != end)
        {
            // Pairs with the device's write-back, which comes after its write of the frame. One read: what is checked is what is used.
            // SAFETY: masked positions lie in the ring, and in the shadow of the same size.
            ulong command = MemoryOrder.LoadAcquire(ref ring[next & mask].Command);
            uint status = TFormat.StatusOf(command);
            if ((status & RXD_STAT_DD) == 0)
            {
                break;
            }

            Packet packet = shadow[next & mask];
            int length = TFormat.LengthOf(command);
            next++;
            if ((status & news) == RXD_STAT_EOP && (uint)(length - 1) < bufferSize && !_inChain)
            {
                ref PacketMetadata metadata = ref packet.Metadata;
                metadata.DataLength = (ushort)length;
                metadata.PacketLength = (uint)length;
                bytes += length;
            }
            else if (TryAcceptSlow(packet, status, length, (ushort)(command >> VLAN_SHIFT), out Packet done))
            {
                packet = done;
                bytes += packet.Length;
            }
            else if (_isStopped)
            {
                break;
            }
            else
            {
                continue;
            }

            packets[count++] = packet;
        }

        _next = next;
        if (WantsRefill)
        {
            Refill();
        }

        return new Burst(count, bytes);
    }

    private protected override uint StatusAt(uint position) => TFormat.StatusOf(MemoryOrder.LoadAcquire(ref _ring[position & _mask].Command));
}
