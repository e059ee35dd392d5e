using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using PollIO.Capture;
using PollIO.Tests.Support;

namespace PollIO.Tests.Capture;

public sealed class ReadersAttachLive : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly PacketPool _pool = Pools.Create(count: 4096, name: "live");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ReadersAttachLive()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.PathOf("s")));
        _listener.Listen();
    }

    [Fact]
    public void WhatPassesAfterTheAttachIsSentAndTheCountersComeWithTheEnd()
    {
        using FakePort port = new FakePort("fake:live1").Started(_pool);
        using Socket reader = Attach(new LiveCaptureRequest { Ports = ["fake:live1"] });
        string answer = AnswerOf(reader);
        Pass(port, 8);
        using CaptureReader capture = Read(answer, reader);
        reader.Shutdown(SocketShutdown.Send);
        int inbound = 0, outbound = 0;
        while (capture.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            Assert.Equal(FakeRxQueue.PacketLength, data.Length);
            inbound += record.Direction == PacketDirection.Inbound ? 1 : 0;
            outbound += record.Direction == PacketDirection.Outbound ? 1 : 0;
        }

        Assert.Equal((CaptureStatus.EndOfFile, 8, 8), (capture.Status, inbound, outbound));
        port.Stop();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void PortThatIsDisposedSendsWhatIsOnItsWayFirst()
    {
        FakePort port = new FakePort("fake:live2").Started(_pool);
        using Socket reader = Attach(new LiveCaptureRequest { Ports = [$"{port.Id}"] });
        string answer = AnswerOf(reader);
        Pass(port, 8);
        Pass(port, 8);
        port.Dispose();

        // The capture ends with its last port, without the reader's doing.
        using CaptureReader capture = Read(answer, reader);
        int packets = 0;
        while (capture.TryReadNext(out _, out _))
        {
            packets++;
        }

        Assert.Equal((CaptureStatus.EndOfFile, 32), (capture.Status, packets));
    }

    [Fact]
    public void ReaderThatDoesNotReadCostsTheCaptureAndNotThePort()
    {
        const int Bursts = 4_000;
        FakePort port = new FakePort("fake:live3").Started(_pool);
        using Socket reader = Attach(new LiveCaptureRequest { Ports = [port.Name] });
        string answer = AnswerOf(reader);
        for (int i = 0; i < Bursts; i++)
        {
            Pass(port, 32);
        }

        Assert.Equal((32 * Bursts, 32 * Bursts), (port.GetStatistics().Rx.Packets, port.GetStatistics().Tx.Packets));
        var clock = Stopwatch.StartNew();
        port.Dispose();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");

        // What the socket held is whole up to where the process gave up.
        using CaptureReader capture = Read(answer, reader);
        long packets = 0;
        while (capture.TryReadNext(out _, out _))
        {
            packets++;
        }

        Assert.InRange(packets, 1, (64 * Bursts) - 1);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void FilterAndSnapLengthAreTheReaders()
    {
        using FakePort port = new FakePort("fake:live4").Started(_pool);

        // ldb [0]; ret of the byte: packets that do not begin with zero.
        var filter = new PacketFilter([new(BpfSpec.LD_B_ABS, 0, 0, 0), new(BpfSpec.RET_A, 0, 0, 0)]);
        using Socket reader = Attach(new LiveCaptureRequest { Ports = [port.Name], SnapLength = 5, Filter = filter });
        string answer = AnswerOf(reader);
        Packet[] packets = _pool.Take(6);
        for (int i = 0; i < packets.Length; i++)
        {
            Assert.True(packets[i].TryAppend(60, out Span<byte> data));
            data.Clear();
            data[0] = (byte)(i % 3);
        }

        Assert.Equal(6, port.Tx.Transmit(packets));
        using CaptureReader capture = Read(answer, reader);
        reader.Shutdown(SocketShutdown.Send);
        var firsts = new List<byte>();
        while (capture.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            Assert.Equal((5, 60), (data.Length, record.OriginalLength));
            firsts.Add(data[0]);
        }

        Assert.Equal([1, 2, 1, 2], firsts);
    }

    [Theory]
    [InlineData("pollio-capture 1\nport fake:nowhere\nend\n", "error the process has no port 'fake:nowhere'; its ports are ")]
    [InlineData("pollio-capture 2\nend\n", "error the reader speaks another version")]
    [InlineData("pollio-capture 1\nbpf 255 0 0 0\nend\n", "error the filter is not a valid program")]
    [InlineData("pollio-capture 1\nsnap 0\nend\n", "error the reader asks for 'snap 0'")]
    public void WrongRequestsAreAnsweredWithTheReason(string request, string answer)
    {
        using FakePort port = new FakePort("fake:live5").Started(_pool);
        using Socket reader = Connect();
        reader.Send(Encoding.UTF8.GetBytes(request));

        Assert.StartsWith(answer, AnswerOf(reader), StringComparison.Ordinal);
    }

    [Fact]
    public void SocketIsServedOnce()
    {
        using FakePort port = new FakePort("fake:live6").Started(_pool);
        using Socket reader = Connect();
        LiveCapture.Begin(_folder.PathOf("s"));

        Assert.False(_listener.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead));
    }

    [Fact]
    public void ApplicationsTapStaysBesideTheCapture()
    {
        using FakePort port = new FakePort("fake:live7").Started(_pool);
        var tap = new CountingTap();
        port.AttachTap(tap);
        using (var capture = PacketCapture.Create(_folder.PathOf("a.pcapng")))
        using (var other = PacketCapture.Create(_folder.PathOf("b.pcapng")))
        {
            capture.Attach(port);
            other.Attach(port);
            Pass(port, 8);
            other.Detach(port);
            Assert.False(other.IsAttached);
            Pass(port, 8);
            Assert.Equal((32, 16), (capture.Captured, other.Captured));
        }

        Pass(port, 8);
        Assert.Equal(24, tap.Received);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
        _pool.Dispose();
    }

    private static void Pass(FakePort port, int count)
    {
        var burst = new Packet[count];
        port.Rx.Offer(count);
        Assert.Equal(count, port.Rx.Receive(burst));
        Assert.Equal(count, port.Tx.Transmit(burst));
    }

    private Socket Connect()
    {
        LiveCapture.Begin(_folder.PathOf("s"));
        Assert.True(_listener.Poll(s_limit, SelectMode.SelectRead), "nobody connects");
        Socket reader = _listener.Accept();
        reader.ReceiveTimeout = (int)s_limit.TotalMilliseconds;
        return reader;
    }

    private Socket Attach(LiveCaptureRequest request)
    {
        Socket reader = Connect();
        reader.Send(request.ToBytes());
        return reader;
    }

    /// <summary>The first line; packets pass only after it has come.</summary>
    private static string AnswerOf(Socket reader)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (reader.Receive(one) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString();
    }

    private static CaptureReader Read(string answer, Socket reader)
    {
        Assert.Equal(LiveCaptureRequest.Granted, answer);
        return CaptureReader.Open(new NetworkStream(reader), "live");
    }

    private sealed class CountingTap : IPacketTap
    {
        internal long Received;

        void IPacketTap.Received(RxQueue queue, ReadOnlySpan<Packet> packets) => Received += packets.Length;

        void IPacketTap.Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
        {
        }

        void IPacketTap.Transmitted(TxQueue queue, int count)
        {
        }
    }
}
