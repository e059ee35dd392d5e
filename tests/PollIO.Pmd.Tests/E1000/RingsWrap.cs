using System.Buffers.Binary;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.E1000;

[Trait("tier", "peer")]
public sealed class RingsWrap
{
    private const int Frames64 = 2000;

    /// <summary>A ring of 64, more than thirty times round; every frame is looked at.</summary>
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void TransmitKeepsOrderAndContents(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { TxRingSize = 64 });
        var burst = new Packet[23];
        for (int sent = 0, seen = 0; seen < Frames64;)
        {
            int count = Math.Min(burst.Length, Frames64 - sent);
            for (int i = 0; i < count; i++)
            {
                burst[i] = port.Make(Numbered(sent + i), segment: (sent + i) % 3 == 0 ? 20 : 64);
            }

            int taken = port.Tx.Transmit(burst.AsSpan(0, count));
            PacketPool.Free(burst.AsSpan(taken, count - taken));
            for (sent += taken; seen < sent; seen++)
            {
                Assert.Equal(Numbered(seen), port.Nic.ReceiveFromNic());
            }
        }

        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
        Assert.Equal((Frames64, 0), (port.Port.GetStatistics().Tx.Packets, port.Port.GetStatistics().Tx.Drops));
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void ReceiveKeepsOrderAndContents(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { RxRingSize = 64 });
        for (int sent = 0; sent < Frames64; sent += 20)
        {
            for (int i = 0; i < 20; i++)
            {
                port.Nic.SendToNic(Numbered(sent + i));
            }

            List<Packet> packets = port.Receive(20);
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(port.Port.Id, packets[i].Metadata.Port);
                Assert.Equal(Numbered(sent + i), PacketMaker.TakeBytes(packets[i]));
            }
        }

        port.Port.Stop();
        Assert.Equal(0, port.Pool.Outstanding);
        Assert.Equal((Frames64, 64L * Frames64), (port.Port.GetStatistics().Rx.Packets, port.Port.GetStatistics().Rx.Bytes));
    }

    /// <summary>Chains lie across the ends of both rings again and again: 512 descriptors are no multiple of the five a frame takes.</summary>
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void JumboFramesAreForwardedLapAfterLap(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { Mtu = 9000, RxOffloads = RxOffloads.Scatter });
        for (int i = 0; i < 1000; i++)
        {
            byte[] frame = Frames.Make(9014, seed: i);
            port.Nic.SendToNic(frame);
            port.Send(port.Receive(1)[0]);
            Assert.Equal(frame, port.Nic.ReceiveFromNic());
        }
    }

    /// <summary>Every packet of the pool is held by the test: nothing can be received until some are given back.</summary>
    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void ReceivingGoesOnWhenADryPoolHasPacketsAgain(string model)
    {
        // A socket of this kind holds ten datagrams.
        const int All = 63 + 8;
        using var port = new QemuPort(model, QemuPort.Settings with { RxRingSize = 64, TxRingSize = 64, MaxBurst = 32 }, packets: 512);
        var held = new Packet[512];
        int taken = port.Pool.Allocate(held);
        for (int i = 0; i < All; i++)
        {
            port.Nic.SendToNic(Numbered(i));
        }

        // The ring had 63 descriptors; what does not fit waits in the model, which is not a loss.
        List<Packet> packets = port.Receive(63);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(0, port.Rx.Receive(new Packet[8]));
        }

        Assert.True(port.Port.GetStatistics().Extended.Single(counter => counter.Key == "rx_short_refills").Value > 0);
        PacketPool.Free(held.AsSpan(0, taken));
        packets.AddRange(port.Receive(All - 63));
        for (int i = 0; i < All; i++)
        {
            Assert.Equal(Numbered(i), PacketMaker.TakeBytes(packets[i]));
        }
    }

    private static byte[] Numbered(int number)
    {
        byte[] frame = Frames.Make(64, seed: number);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), number);
        return frame;
    }
}
