using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using PollIO.Pipelines;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>
/// One side writes packets, the other reads every byte of them, and buffers go back where they came from: by the packet reader across
/// two cores or on one, by bursts over rings, by System.IO.Pipelines' own pipe with a copy, and by kernel sockets.
/// </summary>
internal sealed class PipelinesWorker
{
    private const int Burst = 32;
    private const int Quota = 1024;

    /// <summary>The ways, by the names <c>--way</c> takes.</summary>
    internal static readonly string[] Ways = ["reader", "burst", "one-core", "copy", "socket"];

    private readonly ConsumerMeter _meter;
    private readonly int _putCpu;
    private readonly int _takeCpu;

    private PipelinesWorker(ConsumerMeter meter, int putCpu, int takeCpu)
    {
        _meter = meter;
        _putCpu = putCpu;
        _takeCpu = takeCpu;
    }

    internal static void Run(Arguments arguments)
    {
        string way = arguments.Take("--way") ?? Ways[0];
        double seconds = arguments.TakeDouble("--seconds", 3, 0.01, 60);
        double warmup = arguments.TakeDouble("--warmup", 1, 0, 60);
        int putCpu = arguments.TakeInt32("--put-cpu", 0, 0, 1023);
        int takeCpu = arguments.TakeInt32("--take-cpu", 1, 0, 1023);
        arguments.End();
        var meter = new ConsumerMeter(warmup, seconds) { MayLose = way == "socket", HopsThreads = way == "copy" };
        var worker = new PipelinesWorker(meter, putCpu, takeCpu);
        using var pool = new PacketPool(new PacketPoolOptions { Name = "pipelines", Count = 8192, CacheSize = 512 });
        using var port = new StampedPort();
        port.Configure(new PortConfig { Pool = pool, TxQueues = 0 });
        switch (way)
        {
            case "reader":
                worker.ByReader(port);
                break;
            case "burst":
                worker.ByBursts(port);
                break;
            case "one-core":
                worker.OnOneCore(port);
                break;
            case "copy":
                worker.ByCopying(port);
                break;
            case "socket":
                worker.BySocket();
                break;
            default:
                throw new UsageException($"--way {way}: {string.Join(", ", Ways)}");
        }

        WorkerOutput.Write(meter.ToSample());
    }

    private void ByReader(Port port)
    {
        using PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions { Quota = Quota, Burst = Burst, Delivery = PipeDelivery.Consumer });

        // It waits at once, and so goes on where the consumer is.
        Task reading = ReadAsync(pipe.Input);
        using LCore consumer = LCore.Launch(Options(_takeCpu), new PipeConsumer([pipe]));
        using LCore producer = LCore.Launch(Options(_putCpu), new PipeProcessor([pipe]));
        port.Start();
        reading.Wait();
        producer.Dispose();
    }

    private async Task ReadAsync(PacketPipeReader reader)
    {
        while (!_meter.IsOver)
        {
            Take(reader, await reader.ReadAsync());
        }
    }

    private void OnOneCore(Port port)
    {
        using PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions { Quota = Quota, Burst = Burst, Delivery = PipeDelivery.Consumer });
        var processor = new PipeProcessor([pipe]);
        port.Start();
        using LCore core = LCore.Launch(Options(_takeCpu), new PollProcessor(() =>
        {
            processor.Poll();
            if (pipe.Input.TryRead(out ReadResult result))
            {
                Take(pipe.Input, result);
            }

            return Burst;
        }));
        WaitForTheEnd(core);
    }

    private void Take(PacketPipeReader reader, in ReadResult result)
    {
        ReadOnlySequence<byte> rest = result.Buffer;
        while (reader.TryReadPacket(ref rest, out PacketView packet))
        {
            _meter.Packet(packet.Span);
        }

        reader.AdvanceTo(result.Buffer.End);
        _meter.EndOfRead();
    }

    private void ByBursts(Port port)
    {
        var there = new SpscRing<Packet>(Quota);
        var back = new SpscRing<Packet>(Quota);
        var produced = new Packet[Burst];
        var consumed = new Packet[Burst];
        RxQueue rx = port.RxQueues[0];
        int outstanding = 0;
        port.Start();
        using LCore consumer = LCore.Launch(Options(_takeCpu), new PollProcessor(() =>
        {
            int count = there.DequeueBurst(consumed);
            foreach (Packet packet in consumed.AsSpan(0, count))
            {
                _meter.Packet(packet.Data);
            }

            back.EnqueueBurst(consumed.AsSpan(0, count));
            if (count != 0)
            {
                _meter.EndOfRead();
            }

            return count;
        }));
        using LCore producer = LCore.Launch(Options(_putCpu), new PollProcessor(() =>
        {
            int returned = back.DequeueBurst(produced);
            PacketPool.Free(produced.AsSpan(0, returned));
            outstanding -= returned;
            int count = rx.Receive(produced.AsSpan(0, Math.Min(Burst, Quota - outstanding)));
            outstanding += there.EnqueueBurst(produced.AsSpan(0, count));
            return returned + count;
        }));
        WaitForTheEnd(producer, consumer);
        foreach (SpscRing<Packet> ring in new[] { there, back })
        {
            for (int count = ring.DequeueBurst(produced); count != 0; count = ring.DequeueBurst(produced))
            {
                PacketPool.Free(produced.AsSpan(0, count));
            }
        }
    }

    private void ByCopying(Port port)
    {
        // As it is used: awaiting code on a pool thread, which the polling core's CPU is closed to. Polling TryRead would fight over its lock.
        CpuSet.ReserveForLCores([_putCpu]);
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: false, minimumSegmentSize: 16384));
        var produced = new Packet[Burst];
        RxQueue rx = port.RxQueues[0];
        Task<FlushResult> flush = Task.FromResult(default(FlushResult));
        port.Start();
        _ = Task.Run(() => ReadCopiesAsync(pipe.Reader));
        using LCore producer = LCore.Launch(Options(_putCpu), new PollProcessor(() =>
        {
            if (!flush.IsCompleted)
            {
                return 0;
            }

            int count = rx.Receive(produced);
            foreach (Packet packet in produced.AsSpan(0, count))
            {
                Span<byte> room = pipe.Writer.GetSpan(sizeof(int) + packet.Length);
                BitConverter.TryWriteBytes(room, packet.Length);
                packet.Data.CopyTo(room[sizeof(int)..]);
                pipe.Writer.Advance(sizeof(int) + packet.Length);
            }

            PacketPool.Free(produced.AsSpan(0, count));
            ValueTask<FlushResult> flushed = pipe.Writer.FlushAsync();
            if (!flushed.IsCompletedSuccessfully)
            {
                flush = flushed.AsTask();
            }

            return count;
        }));
        WaitForTheEnd(producer);
    }

    private async Task ReadCopiesAsync(PipeReader reader)
    {
        while (!_meter.IsOver)
        {
            ReadResult result = await reader.ReadAsync();
            reader.AdvanceTo(TakeCopies(result.Buffer), result.Buffer.End);
            _meter.EndOfRead();
        }
    }

    private SequencePosition TakeCopies(ReadOnlySequence<byte> buffer)
    {
        var bytes = new SequenceReader<byte>(buffer);
        Span<byte> frame = stackalloc byte[StampedFrame.Length];
        while (bytes.TryReadLittleEndian(out int length) && bytes.TryCopyTo(frame[..length]))
        {
            bytes.Advance(length);
            _meter.Packet(frame);
        }

        return bytes.Position;
    }

    private void BySocket()
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20, ReceiveTimeout = 1000 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver.LocalEndPoint!);
        byte[] sent = new byte[StampedFrame.Length], received = new byte[StampedFrame.Length];
        long sequence = 0;
        using LCore consumer = LCore.Launch(Options(_takeCpu), new PollProcessor(() =>
        {
            receiver.Receive(received);
            _meter.Packet(received);
            _meter.EndOfRead();
            return 1;
        }));
        using LCore producer = LCore.Launch(Options(_putCpu), new PollProcessor(() =>
        {
            StampedFrame.Write(sent, sequence++, Tsc.Read());
            sender.Send(sent);
            return 1;
        }));
        WaitForTheEnd(consumer, producer);
    }

    /// <summary>Waits, then stops the cores in this order.</summary>
    private void WaitForTheEnd(params LCore[] cores)
    {
        long start = Stopwatch.GetTimestamp();
        while (!_meter.IsOver)
        {
            if (Array.Find(cores, core => core.Completion.IsFaulted) is { } failed || Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(3))
            {
                throw new PollIOException("measure pipelines", "this way", "an lcore ended early, or nothing arrived");
            }

            Thread.Sleep(10);
        }

        Array.ForEach(cores, core => core.Dispose());
    }

    private static LCoreOptions Options(int cpu) => new() { Cpu = cpu, Name = "pipelines" };
}
