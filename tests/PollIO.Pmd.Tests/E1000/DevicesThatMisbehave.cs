using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.E1000;

public sealed class DevicesThatMisbehave : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 2048 });
    private readonly Packet[] _burst = new Packet[64];
    private FakeE1000 _device = null!;
    private Port _port = null!;

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 2049)]
    [InlineData(true, 65535)]
    [InlineData(false, 0)]
    [InlineData(false, 2049)]
    [InlineData(false, 65535)]
    public void ALengthBeyondTheBufferStopsTheQueue(bool is82574, int length)
    {
        Open(is82574);
        Assert.True(_device.Receive(Frames.Make(64)));
        _device.FalseLength = length;
        Assert.True(_device.Receive(Frames.Make(64)));
        Assert.True(_device.Receive(Frames.Make(64)));

        Assert.Equal(1, Receive());
        Assert.Equal(0, Receive());
        Assert.Contains("length", _port.RxQueues[0].Completion!.Error!.Message, StringComparison.Ordinal);
        QueueStatistics received = _port.GetStatistics().Rx;
        Assert.Equal((1, 1, 1), (received.Packets, received.Errors, received.DropsBy(DropCause.Malformed)));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FramesWithErrorsAreCountedAndTheNextOnesCome(bool is82574)
    {
        Open(is82574);
        foreach (byte error in new byte[] { 0x01, 0x02, 0x04, 0x10, 0x80 })
        {
            _device.Errors = error;
            Assert.True(_device.Receive(Frames.Make(64)));
            Assert.True(_device.Receive(Frames.Make(64)));
            Assert.Equal(1, Receive());
        }

        QueueStatistics received = _port.GetStatistics().Rx;
        Assert.Equal((5, 5, 5), (received.Packets, received.Errors, received.DropsBy(DropCause.Malformed)));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFrameThatNeverEndsIsCutOffAndTheNextOneComes(bool is82574)
    {
        Open(is82574, new PortConfig { Pool = _pool, Mtu = 9000, RxOffloads = RxOffloads.Scatter });
        Assert.True(_device.Receive(new byte[40 * 2048]));
        Assert.True(_device.Receive(Frames.Make(5000)));
        Assert.Equal(1, Receive());

        QueueStatistics received = _port.GetStatistics().Rx;
        Assert.Equal((1, 5000, 1), (received.Packets, received.Bytes, received.DropsBy(DropCause.TooLong)));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ChecksumVerdictsAndTagsAreTold(bool is82574)
    {
        Open(is82574, new PortConfig { Pool = _pool, RxOffloads = RxOffloads.Checksum | RxOffloads.VlanStrip });
        (byte Status, byte Errors, PacketFlags Flags)[] cases =
        [
            (0x60, 0x00, PacketFlags.IpChecksumGood | PacketFlags.L4ChecksumGood),
            (0x60, 0x60, PacketFlags.IpChecksumBad | PacketFlags.L4ChecksumBad),
            (0x64, 0x60, PacketFlags.None),
            (0x48, 0x00, PacketFlags.IpChecksumGood | PacketFlags.VlanStripped),
            (0x00, 0x00, PacketFlags.None),
        ];
        foreach ((byte status, byte errors, PacketFlags flags) in cases)
        {
            (_device.Status, _device.Errors) = (status, errors);
            Assert.True(_device.Receive(Frames.Make(64)));
            Assert.Equal(1, _port.RxQueues[0].Receive(_burst));
            Assert.Equal(flags, _burst[0].Metadata.Flags);
            Assert.Equal((status & 8) != 0 ? 0x123 : 0, (status & 8) != 0 ? _burst[0].Metadata.VlanTci : 0);
            _burst[0].Free();
        }

        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARingThatStandsStillIsFullAndSaysNothingElse(bool is82574)
    {
        Open(is82574, new PortConfig { Pool = _pool, TxRingSize = 128 });
        _device.IsStalled = true;
        int taken = Send(200);
        Assert.Equal(127, taken);
        Assert.Equal(0, Send(1));

        _device.IsStalled = false;
        _device.Transmit();

        // Three reports of 32 were asked for; the 31 descriptors behind them are known to be done with the next.
        Assert.Equal(96, Send(100));
        Assert.Equal(223, _device.FramesSent);
        _device.IsStalled = true;
        Assert.Equal(20, Send(20));
        _port.Stop();
        QueueStatistics sent = _port.GetStatistics().Tx;

        Assert.Equal((223, 223 * 64, 20), (sent.Packets, sent.Bytes, sent.DropsBy(DropCause.Stopped)));
        AssertNothingIsHeld();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FramesNobodyPolledForAreCountedWhenThePortStops(bool is82574)
    {
        Open(is82574);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(_device.Receive(Frames.Make(64)));
        }

        AssertNothingIsHeld();
        Assert.Equal((0, 3), (_port.GetStatistics().Rx.Packets, _port.GetStatistics().Rx.DropsBy(DropCause.Stopped)));
    }

    /// <summary>The device's own count of what it had no room for (MPC), cleared by reading it or not.</summary>
    [Theory]
    [InlineData(false, 7 + 9)]
    [InlineData(true, 9)]
    public void WhatTheDeviceMissedIsCountedOnce(bool keepsCounters, long sum)
    {
        Open(is82574: true);
        _device.KeepsCounters = keepsCounters;
        _device.GetBar(0).Write32(0x4010, 7);
        PortStatistics statistics = _port.GetStatistics();

        Assert.Equal(7, statistics.Rx.DropsBy(DropCause.Missed));
        Assert.Contains(new KeyValuePair<string, long>("rx_missed", 7), statistics.Extended);
        Assert.Equal(7, _port.GetStatistics().Rx.DropsBy(DropCause.Missed));

        _device.GetBar(0).Write32(0x4010, 9);
        Assert.Equal(sum, _port.GetStatistics().Rx.DropsBy(DropCause.Missed));
    }

    [Fact]
    public void DoorbellsAndReportsAreRare()
    {
        Open(is82574: true);
        long before = _device.Doorbells;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(32, Send(32));
        }

        Assert.Equal((10, 10), (_device.Doorbells - before, _device.Reports));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADeviceWhoseRegistersReadAllOnesIsGone(bool is82574)
    {
        Open(is82574);
        _device.IsStalled = true;
        Assert.Equal(10, Send(10));
        _device.IsGone = true;
        _ = _port.GetStatistics();
        QemuPort.WaitUntilLost(_port);
        Assert.True(_device.IsDisposed);

        // Any access to a register throws from now on.
        Assert.Equal((0, 5), (Receive(), Send(5)));
        _port.RxQueues[0].ArmInterrupt();
        QueueStatistics sent = _port.GetStatistics().Tx;
        Assert.Equal((0, 10, 5), (sent.Packets, sent.DropsBy(DropCause.Stopped), sent.DropsBy(DropCause.LinkDown)));
        AssertNothingIsHeld();
    }

    public void Dispose()
    {
        _port?.Dispose();
        _pool.Dispose();
    }

    private void Open(bool is82574, PortConfig? config = null)
    {
        _device = new FakeE1000(DmaMemory.Shared, is82574);
        _port = QemuPort.Open(_device);
        _port.Configure(config ?? new PortConfig { Pool = _pool });
        _port.Start();
    }

    private int Receive()
    {
        int count = _port.RxQueues[0].Receive(_burst);
        PacketPool.Free(_burst.AsSpan(0, count));
        return count;
    }

    private int Send(int count)
    {
        var packets = new Packet[count];
        Assert.True(_pool.TryAllocateBulk(packets));
        foreach (Packet packet in packets)
        {
            packet.TryAppend(64, out Span<byte> room);
            Frames.Make(64).CopyTo(room);
        }

        int taken = _port.TxQueues[0].Transmit(packets);
        PacketPool.Free(packets.AsSpan(taken));
        return taken;
    }

    private void AssertNothingIsHeld()
    {
        _port.Stop();
        Assert.Equal(0, _pool.Outstanding);
    }
}
