using PollIO.Capture;

namespace PollIO.Pmd.Tests.Pcap;

public sealed class CapturePassesThrough : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pollio-pcap-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void BytesTimesAndOriginalLengthsAreKept()
    {
        string input = Path.Combine(_folder, "in.pcapng");
        string output = Path.Combine(_folder, "out.pcapng");
        var random = new Random(11);
        var records = new List<(byte[] Data, long Time, int Original)>();
        for (int i = 0; i < 3000; i++)
        {
            byte[] data = new byte[i % 50 == 0 ? random.Next(2049, 40_000) : random.Next(14, 1519)];
            random.NextBytes(data);
            records.Add((data, 1_700_000_000_000_000_000 + (i * 1_234_567_891L), data.Length + (i % 7 == 0 ? 100 : 0)));
        }

        Write(input, records);
        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024, CacheSize = 64 });
        using (Port port = OpenStarted($"pcap:{input}?tx={output}", pool, RxOffloads.Scatter))
        {
            Assert.Equal(records.Count, Loop(port));
            Assert.Null(port.RxQueues[0].Completion!.Error);
            PortStatistics statistics = port.GetStatistics();
            Assert.Equal(records.Sum(record => (long)record.Data.Length), statistics.Rx.Bytes);
            Assert.Equal(statistics.Rx.Bytes, statistics.Tx.Bytes);
        }

        Assert.Equal(0, pool.Outstanding);
        using CaptureReader reader = CaptureReader.Open(output);
        foreach ((byte[] data, long time, int original) in records)
        {
            Assert.True(reader.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> read));
            Assert.Equal((time, original), (record.TimestampNs, record.OriginalLength));
            Assert.True(data.AsSpan().SequenceEqual(read));
        }

        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Fact]
    public void TruncatedCaptureDeliversWhatIsWholeThenReports()
    {
        string input = Path.Combine(_folder, "cut.pcapng");
        Write(input, Enumerable.Range(0, 10).Select(i => (new byte[100], (long)i, 100)));
        using (FileStream file = File.OpenWrite(input))
        {
            file.SetLength(file.Length - 150);
        }

        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024, CacheSize = 64 });
        using Port port = OpenStarted($"pcap:{input}", pool, RxOffloads.None);

        int received = Loop(port);

        Assert.InRange(received, 8, 9);
        Assert.Contains(input, port.RxQueues[0].Completion!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoopReadsTheFileAgain()
    {
        string input = Path.Combine(_folder, "loop.pcapng");
        Write(input, Enumerable.Range(0, 10).Select(i => (new byte[60], (long)i, 60)));
        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024, CacheSize = 64 });
        using Port port = OpenStarted($"pcap:{input}?loop=3", pool, RxOffloads.None);

        Assert.Equal(30, Loop(port));
    }

    [Fact]
    public void PacketsThatFindThePoolDryAreNotLost()
    {
        string input = Path.Combine(_folder, "dry.pcapng");
        Write(input, Enumerable.Range(0, 200).Select(i => (new byte[3000], (long)i, 3000)));
        using var pool = new PacketPool(new PacketPoolOptions { Count = 99, CacheSize = 64 });
        using Port port = OpenStarted($"pcap:{input}", pool, RxOffloads.Scatter, burst: 32);
        var held = new Packet[200];
        int total = 0;
        while (port.RxQueues[0].Completion is null)
        {
            int count = port.RxQueues[0].Receive(held.AsSpan(0, 100));
            total += count;
            PacketPool.Free(held.AsSpan(0, count));
        }

        Assert.Equal(200, total);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void FullDiskEndsTheQueueWithTheReason()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        string input = Path.Combine(_folder, "full.pcapng");
        Write(input, Enumerable.Range(0, 2000).Select(i => (new byte[1400], (long)i, 1400)));
        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024, CacheSize = 64 });
        using Port port = OpenStarted($"pcap:{input}?tx=/dev/full", pool, RxOffloads.None);

        Loop(port);

        Assert.Contains("/dev/full", port.TxQueues[0].Fault!.Message, StringComparison.Ordinal);
        PortStatistics statistics = port.GetStatistics();
        Assert.Equal(2000, statistics.Tx.Packets + statistics.Tx.DropsBy(DropCause.Refused));
        Assert.Equal(0, pool.Outstanding);
    }

    [Theory]
    [InlineData("pcap:", "neither a capture to read nor tx= to write")]
    [InlineData("pcap:/no/such/file", "/no/such/file")]
    [InlineData("pcap:/etc/hostname", "/etc/hostname")]
    [InlineData("pcap:?tx=/no/such/folder/x", "/no/such/folder/x")]
    public void WhatCannotBeOpenedIsNamed(string spec, string expected)
    {
        var error = Assert.Throws<PollIOException>(() => PortFactory.Open(spec));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void OutputThatIsTheInputIsRefused()
    {
        string input = Path.Combine(_folder, "same.pcapng");
        Write(input, [(new byte[60], 1, 60)]);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), input);

        Assert.Throws<PollIOException>(() => PortFactory.Open($"pcap:{input}?tx={_folder}/link"));
        Assert.NotEqual(0, new FileInfo(input).Length);
    }

    private static Port OpenStarted(string spec, PacketPool pool, RxOffloads offloads, int burst = 32)
    {
        Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool, RxOffloads = offloads, MaxBurst = burst });
        port.Start();
        return port;
    }

    private static int Loop(Port port)
    {
        var packets = new Packet[32];
        int total = 0;
        int count;
        do
        {
            count = port.RxQueues[0].Receive(packets);
            total += count;
            Assert.Equal(count, port.TxQueues[0].Transmit(packets.AsSpan(0, count)));
        }
        while (count != 0 || port.RxQueues[0].Completion is null);

        port.Stop();
        return total;
    }

    private static void Write(string path, IEnumerable<(byte[] Data, long Time, int Original)> records)
    {
        using PcapngWriter writer = PcapngWriter.Create(path);
        int id = writer.AddInterface("test");
        foreach ((byte[] data, long time, int original) in records)
        {
            Assert.True(writer.TryWrite(id, time, original, data));
        }

        Assert.True(writer.Flush());
    }
}
