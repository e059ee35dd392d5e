using System.Buffers;
using System.Diagnostics;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>A pipe over a port of memory, polled by the test's own thread; at the end every packet has to be back.</summary>
internal sealed class PipeRig : IDisposable
{
    internal const int DataRoom = 256;

    internal PipeRig(PacketPipeOptions? options = null, int count = 4096, bool start = true)
    {
        Pool = Pools.Create(count, cache: 64, dataRoom: DataRoom);
        Port = new RigPort();
        Port.Configure(new PortConfig { Pool = Pool });
        if (start)
        {
            Port.Start();
        }

        Pipe = Port.AsDuplexPipe(options);
    }

    internal PacketPool Pool { get; }

    internal RigPort Port { get; }

    internal PacketPipe Pipe { get; }

    internal PacketPipeReader Reader => Pipe.Input;

    internal PacketPipeWriter Writer => Pipe.Output;

    internal IReadOnlyList<byte[]> Sent => [.. Port.Tx.Sent.Select(packet => packet.Bytes)];

    internal static byte[] Bytes(int length, int seed = 0)
    {
        byte[] bytes = new byte[length];
        new Random(seed ^ (length << 8)).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Makes a packet of these segments.</summary>
    internal Packet Make(params byte[][] segments)
    {
        Packet head = default;
        foreach (byte[] segment in segments)
        {
            Packet part = Pool.Take();
            Assert.True(part.TryAppend(segment.Length, out Span<byte> room));
            segment.CopyTo(room);
            if (head.IsNull)
            {
                head = part;
            }
            else
            {
                head.Chain(part);
            }
        }

        return head;
    }

    /// <summary>Lets packets arrive, each of one segment, and polls until the pipe has taken what it takes.</summary>
    internal void Supply(params byte[][] packets)
    {
        foreach (byte[] packet in packets)
        {
            Port.Rx.Arrive(Make(packet));
        }

        Poll();
    }

    internal void EndSource(PollIOException? error = null)
    {
        Port.Rx.End(error);
        Poll();
    }

    /// <summary>Polls until nothing moves.</summary>
    internal void Poll()
    {
        while (Pipe.Poll() != 0)
        {
        }
    }

    internal static async Task WithinAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"not within 20 s: {what}");
            await Task.Delay(1);
        }
    }

    /// <summary>Takes the packets of a buffer as byte arrays.</summary>
    internal List<byte[]> Split(ReadOnlySequence<byte> buffer)
    {
        var packets = new List<byte[]>();
        while (Reader.TryReadPacket(ref buffer, out PacketView packet))
        {
            packets.Add(packet.Sequence.ToArray());
        }

        Assert.True(buffer.IsEmpty);
        return packets;
    }

    public void Dispose()
    {
        Pipe.Dispose();
        Port.Dispose();
        Assert.Equal(0, Pool.Outstanding);
        Pool.Dispose();
    }
}
