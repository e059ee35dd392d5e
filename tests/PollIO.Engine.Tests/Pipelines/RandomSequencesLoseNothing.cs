using System.Buffers;
using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>
/// Random reads, partial consumption, cancellation, forwarding, detaching and completion, with ownership tracking on: a packet freed
/// twice throws, one that leaks is missing at the end, and what was read is what arrived, in order.
/// </summary>
public sealed class RandomSequencesLoseNothing
{
    private const int Steps = 150;

    [Theory]
    [InlineData(1, 15)]
    [InlineData(1000, 15)]
    public void PolledByTheSameThread(int firstSeed, int sequences)
    {
        for (int seed = firstSeed; seed < firstSeed + sequences; seed++)
        {
            Run(seed);
        }
    }

    [Theory]
    [InlineData(PipeDelivery.ThreadPool)]
    [InlineData(PipeDelivery.Consumer)]
    public async Task PolledByAnLCoreWhileTheReaderAwaits(PipeDelivery delivery)
    {
        const int Packets = 8_000;
        int cpu = CpuSet.GetCurrent()[0];
        using var rig = new PipeRig(new PacketPipeOptions { Quota = 64, Delivery = delivery, Spins = 3 }, count: 8192);
        using LCore core = LCore.Launch(new LCoreOptions { Cpu = cpu, Idle = IdleStrategy.Yield }, new PipeProcessor([rig.Pipe]));
        using LCore? consumer = delivery == PipeDelivery.Consumer
            ? LCore.Launch(new LCoreOptions { Cpu = cpu, Idle = IdleStrategy.Yield }, new PipeConsumer([rig.Pipe]))
            : null;
        using var done = new CancellationTokenSource();

        Task supplying = Task.Run(async () =>
        {
            var random = new Random(3);
            for (int i = 0; i < Packets; i++)
            {
                rig.Port.Rx.Arrive(rig.Make(BitConverter.GetBytes(i)));
                if (random.Next(20) == 0)
                {
                    await PipeRig.WithinAsync(() => rig.Port.Rx.Waiting < 500, "packets are taken");
                }
            }

            rig.Port.Rx.End();
        });
        Task disturbing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                rig.Reader.CancelPendingRead();
                await Task.Yield();
            }
        });

        int expected = 0;
        var choices = new Random(4);
        while (true)
        {
            using var token = new CancellationTokenSource();
            ValueTask<ReadResult> read = rig.Reader.ReadAsync(token.Token);
            if (choices.Next(4) == 0)
            {
                await token.CancelAsync();
            }

            ReadResult result;
            try
            {
                result = await read.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            SequencePosition consumed = result.Buffer.Start;
            ReadOnlySequence<byte> rest = result.Buffer;
            while (rig.Reader.TryReadPacket(ref rest, out PacketView packet))
            {
                Assert.Equal(expected++, BitConverter.ToInt32(packet.Span));
                consumed = rest.Start;
                if (choices.Next(10) == 0)
                {
                    break;
                }
            }

            rig.Reader.AdvanceTo(consumed);
            if (result.IsCompleted && expected == Packets)
            {
                break;
            }
        }

        // Off the consumer lcore, which may have run the last continuation: the rig's ports cannot be closed from one.
        await Task.Yield();
        await done.CancelAsync();
        await Task.WhenAll(supplying, disturbing).WaitAsync(TimeSpan.FromSeconds(30));
        rig.Reader.Complete();
        rig.Writer.Complete();
        consumer?.Dispose();
        core.Dispose();
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        using var rig = new PipeRig(new PacketPipeOptions
        {
            Quota = random.Next(4, 80),
            MaxHeldPackets = 3 + (seed % 2),
            Reserve = random.Next(2, 40),
            Burst = random.Next(1, 40),
        });
        var arrived = new List<byte>();
        long position = 0;
        ValueTask<ReadResult>? pending = null;
        bool ended = false;
        for (int step = 0; step < Steps && !ended; step++)
        {
            switch (random.Next(10))
            {
                case < 3:
                    Supply(rig, random, arrived);
                    break;
                case 3:
                    rig.Poll();
                    break;
                case 4:
                    rig.Reader.CancelPendingRead();
                    break;
                case 5 when random.Next(40) == 0:
                    rig.EndSource();
                    ended = random.Next(2) == 0;
                    break;
                case 6 when random.Next(40) == 0 && pending is null:
                    rig.Reader.Complete();
                    ended = true;
                    break;
                default:
                    Read(rig, random, arrived, ref position, ref pending);
                    break;
            }
        }

        if (random.Next(2) == 0)
        {
            rig.Poll();
        }

        rig.Pipe.Stop();
        Assert.True(pending is null || pending.Value.AsTask().Wait(TimeSpan.FromSeconds(20)), $"seed {seed}: a pending read never ended");
    }

    private static void Supply(PipeRig rig, Random random, List<byte> arrived)
    {
        for (int packets = random.Next(1, 6); packets > 0 && rig.Port.Rx.Waiting < 300; packets--)
        {
            byte[][] segments = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => PipeRig.Bytes(random.Next(0, 60), random.Next()))];
            arrived.AddRange(segments.SelectMany(segment => segment));
            rig.Port.Rx.Arrive(rig.Make(segments));
        }
    }

    private static void Read(PipeRig rig, Random random, List<byte> arrived, ref long position, ref ValueTask<ReadResult>? pending)
    {
        ReadResult result;
        try
        {
            if (pending is null)
            {
                ValueTask<ReadResult> read = random.Next(3) == 0 ? rig.Reader.ReadAtLeastAsync(random.Next(1, 30)) : rig.Reader.ReadAsync();
                pending = read;
            }

            if (!pending.Value.IsCompleted)
            {
                return;
            }

            ValueTask<ReadResult> finished = pending.Value;
            pending = null;
            result = finished.GetAwaiter().GetResult();
        }
        catch (InvalidOperationException e) when (e.Message.Contains("hold", StringComparison.Ordinal))
        {
            // All that may be held was examined, or is too short for what was asked.
            rig.Reader.CancelPendingRead();
            return;
        }

        byte[] bytes = result.Buffer.ToArray();
        Assert.Equal(arrived.Skip((int)position).Take(bytes.Length), bytes);
        ReadOnlySequence<byte> rest = result.Buffer;
        long needed = 0;
        while (random.Next(3) != 0 && rig.Reader.TryReadPacket(ref rest, out PacketView packet))
        {
            long end = result.Buffer.Length - rest.Length;
            if (random.Next(3) == 0 && packet.First.Part == packet.First.Head)
            {
                rig.Reader.Detach(packet).Free();
                needed = end;
            }
        }

        long consumed = Math.Max(needed, random.NextInt64(0, bytes.Length + 1));
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(consumed));
        position += consumed;
    }
}
