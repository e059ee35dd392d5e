using PollIO.Capture;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.Ring;

public sealed class WireIsCaptured : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 16384, Name = "capture-test" });
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollio-capture-");

    private string File => Path.Combine(_folder.FullName, "out.pcapng");

    [Fact]
    public void BothDirectionsAndChainsInOrder()
    {
        using Port near = StartedPort.Open("ring:captured?size=64", _pool);
        using Port far = StartedPort.Open("ring:captured?size=64", _pool);
        using (var capture = PacketCapture.Create(File))
        {
            capture.Attach(near);
            Packet chain = Fresh(100);
            chain.Chain(Fresh(50));
            Assert.Equal(2, near.TxQueues[0].Transmit([Fresh(60), chain]));
            Assert.Equal(1, far.TxQueues[0].Transmit([Fresh(70)]));
            ReceiveAll(near);
            capture.Dispose();
            Assert.Equal((3, 0, null), (capture.Captured, capture.Dropped, capture.Error));
        }

        Assert.Equal([60, 70, 150], Lengths().Order());
        Assert.Equal([60, 150], Lengths().Where(length => length != 70));
        ReceiveAll(far);
    }

    [Fact]
    public void OnlyWhatThePortTookIsWritten()
    {
        using Port near = StartedPort.Open("ring:taken?size=2", _pool);
        using (var capture = PacketCapture.Create(File))
        {
            capture.Attach(near);
            Packet[] packets = [Fresh(60), Fresh(61), Fresh(62)];
            Assert.Equal(2, near.TxQueues[0].Transmit(packets));
            packets[2].Free();
        }

        Assert.Equal([60, 61], Lengths());
    }

    [Fact]
    public void FloodIsDroppedAndCountedAndNeverHoldsUpTraffic()
    {
        const int Bursts = 20_000;
        using Port port = StartedPort.Open("null:", _pool);
        using var capture = PacketCapture.Create(File, new PacketCaptureOptions { Packets = 256, RingSize = 64, SnapLength = 20 });
        capture.Attach(port);
        var packets = new Packet[32];
        for (int burst = 0; burst < Bursts; burst++)
        {
            Assert.Equal(32, port.RxQueues[0].Receive(packets));
            Assert.Equal(32, port.TxQueues[0].Transmit(packets));
        }

        capture.Dispose();

        Assert.Equal(2L * 32 * Bursts, capture.Captured + capture.Dropped);
        Assert.True(capture.Dropped > 0);
        Assert.Equal(capture.Captured, Lengths().Count);
        Assert.All(Lengths(), length => Assert.Equal(20, length));
    }

    [Fact]
    public void FileThatCannotBeWrittenStopsTheCaptureOnly()
    {
        using Port port = StartedPort.Open("null:", _pool);
        using var capture = PacketCapture.Create("/dev/full");
        capture.Attach(port);
        var packets = new Packet[32];
        Assert.Equal(32, port.RxQueues[0].Receive(packets));
        Assert.Equal(32, port.TxQueues[0].Transmit(packets));

        capture.Dispose();

        Assert.Equal("/dev/full: write capture: cannot be written after 0 bytes (No space left on device, ENOSPC)", capture.Error?.Message);
        Assert.Equal(32, port.RxQueues[0].Receive(packets));
        Assert.Equal(32, port.TxQueues[0].Transmit(packets));
    }

    [Fact]
    public void FileThatCannotBeCreatedIsRefused()
    {
        var error = Assert.Throws<PollIOException>(() => PacketCapture.Create("/nonexistent/out.pcapng"));

        Assert.Contains("/nonexistent/out.pcapng: create capture", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReceivedTimeStampIsKept()
    {
        const long Noon = 1_700_000_000_123_456_789;
        using Port near = StartedPort.Open("ring:stamped", _pool);
        using Port far = StartedPort.Open("ring:stamped", _pool);
        using (var capture = PacketCapture.Create(File))
        {
            capture.Attach(far);
            Packet packet = Fresh(60);
            packet.Metadata.Flags = PacketFlags.Timestamp;
            packet.Metadata.Timestamp = Noon;
            Assert.Equal(1, near.TxQueues[0].Transmit([packet]));
            ReceiveAll(far);
        }

        using CaptureReader reader = CaptureReader.Open(File);
        Assert.True(reader.TryReadNext(out CaptureRecord record, out _));
        Assert.Equal(Noon, record.TimestampNs);
    }

    public void Dispose()
    {
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
        _folder.Delete(recursive: true);
    }

    private static void ReceiveAll(Port port)
    {
        var packets = new Packet[64];
        PacketPool.Free(packets.AsSpan(0, port.RxQueues[0].Receive(packets)));
    }

    private List<int> Lengths()
    {
        using CaptureReader reader = CaptureReader.Open(File);
        var lengths = new List<int>();
        while (reader.TryReadNext(out _, out ReadOnlySpan<byte> data))
        {
            lengths.Add(data.Length);
        }

        Assert.Equal(CaptureStatus.EndOfFile, reader.Status);
        return lengths;
    }

    private Packet Fresh(int length)
    {
        Assert.True(_pool.TryAllocate(out Packet packet));
        Assert.True(packet.TryAppend(length, out _));
        return packet;
    }
}
