using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

public sealed class PacketsAreWritten
{
    [Fact]
    public async Task OneFlushSendsSeveralPackets()
    {
        using var rig = new PipeRig();
        for (int i = 1; i <= 5; i++)
        {
            PipeRig.Bytes(i * 10).CopyTo(rig.Writer.GetMemory(i * 10));
            rig.Writer.Advance(i * 10);
            Assert.False(rig.Writer.EndPacket().IsNull);
        }

        Assert.True(rig.Writer.EndPacket().IsNull);
        Assert.Equal(150, rig.Writer.UnflushedBytes);
        await rig.Writer.FlushAsync();
        rig.Poll();

        Assert.Equal([.. Enumerable.Range(1, 5).Select(i => PipeRig.Bytes(i * 10))], rig.Sent);
    }

    [Fact]
    public async Task PacketLongerThanABufferBecomesAChain()
    {
        using var rig = new PipeRig();
        byte[] bytes = PipeRig.Bytes(3 * PipeRig.DataRoom + 17);

        await rig.Writer.WriteAsync(bytes);
        await rig.Writer.WriteAsync(bytes.AsMemory(0, 5));
        rig.Poll();

        Assert.Equal([bytes, bytes[..5]], rig.Sent);
    }

    [Fact]
    public void HintBeyondTheTailRoomGoesOnInAChainedBuffer()
    {
        using var rig = new PipeRig();
        Memory<byte> first = rig.Writer.GetMemory();
        Assert.Equal(PipeRig.DataRoom, first.Length);
        rig.Writer.Advance(200);
        Assert.Equal(56, rig.Writer.GetMemory(56).Length);
        Assert.Equal(PipeRig.DataRoom, rig.Writer.GetMemory(57).Length);
        Assert.Equal(PipeRig.DataRoom, rig.Writer.GetSpan(PipeRig.DataRoom).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Writer.GetMemory(PipeRig.DataRoom + 1));
        rig.Writer.Advance(3);

        Packet packet = rig.Writer.EndPacket();

        Assert.Equal((2, 203, 200), (packet.SegmentCount, packet.Length, packet.Data.Length));
    }

    [Fact]
    public async Task BufferThatGotNoByteIsPartOfNothing()
    {
        using var rig = new PipeRig();
        rig.Writer.GetMemory();
        Assert.True(rig.Writer.EndPacket().IsNull);
        rig.Writer.GetSpan(10)[0] = 9;
        rig.Writer.Advance(1);
        rig.Writer.GetMemory(PipeRig.DataRoom);
        Assert.Equal(1, rig.Writer.EndPacket().SegmentCount);
        await rig.Writer.WriteAsync(ReadOnlyMemory<byte>.Empty);
        rig.Poll();

        Assert.Equal([9], Assert.Single(rig.Sent));
    }

    [Fact]
    public async Task OwnedPacketsAreSentInOrderWithTheOthers()
    {
        using var rig = new PipeRig();
        PipeRig.Bytes(10).CopyTo(rig.Writer.GetMemory());
        rig.Writer.Advance(10);
        rig.Writer.Write(rig.Make(PipeRig.Bytes(20)));
        await rig.Writer.WriteAsync(PipeRig.Bytes(30));
        rig.Poll();

        Assert.Equal([PipeRig.Bytes(10), PipeRig.Bytes(20), PipeRig.Bytes(30)], rig.Sent);
    }

    [Fact]
    public async Task HalfTheReserveCanBeWrittenBetweenFlushes()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Reserve = 10, Burst = 4 });
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < rig.Writer.PacketsPerFlush; i++)
            {
                rig.Writer.GetMemory();
                rig.Writer.Advance(1);
                rig.Writer.EndPacket();
            }

            ValueTask<FlushResult> flush = rig.Writer.FlushAsync();
            rig.Poll();
            Assert.False((await flush.AsTask().WaitAsync(TimeSpan.FromSeconds(20))).IsCompleted);
        }

        Assert.Equal(25, rig.Sent.Count);
    }

    [Fact]
    public void WritingOnWithoutAFlushThrows()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Reserve = 8 });
        InvalidOperationException? error = null;
        for (int i = 0; i < 100 && error is null; i++)
        {
            error = Record.Exception(() =>
            {
                rig.Writer.GetMemory();
                rig.Writer.Advance(1);
                rig.Writer.EndPacket();
            }) as InvalidOperationException;
        }

        Assert.Contains("FlushAsync", error!.Message, StringComparison.Ordinal);
        Packet own = rig.Make(PipeRig.Bytes(5));
        Assert.Throws<InvalidOperationException>(() => rig.Writer.Write(own));
        own.Free();
    }

    [Fact]
    public async Task FullTransmitRingHoldsTheWriterUpAndLosesNothing()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Reserve = 16, Burst = 4 });
        rig.Port.Tx.Room = 3;
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await rig.Writer.WriteAsync(PipeRig.Bytes(1 + (i % 100), i));
            }

            await rig.Writer.CompleteAsync();
        });
        for (int i = 0; i < 2000; i++)
        {
            rig.Pipe.Poll();
        }

        Assert.False(writing.IsCompleted);
        rig.Port.Tx.Room = int.MaxValue;
        await PipeRig.WithinAsync(() => (rig.Pipe.Poll(), writing.IsCompleted).Item2, "the writer ends");
        await writing;
        rig.Poll();

        Assert.Equal(Enumerable.Range(0, 200).Select(i => PipeRig.Bytes(1 + (i % 100), i)), rig.Sent);
        Assert.Equal(200, rig.Pipe.Statistics.Written);
    }

    [Fact]
    public async Task WhatACompletedWriterLeftIsSentWhenThePipeStops()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Reserve = 64 });
        await rig.Writer.WriteAsync(PipeRig.Bytes(10));
        rig.Writer.GetMemory();
        rig.Writer.Advance(3);
        rig.Writer.Complete();

        rig.Pipe.Stop();

        Assert.Equal([10, 3], rig.Sent.Select(bytes => bytes.Length));
    }

    [Fact]
    public async Task WhatCannotBeSentAnyMoreIsCounted()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Reserve = 64 });
        await rig.Writer.WriteAsync(PipeRig.Bytes(10));
        rig.Pipe.Stop();
        Assert.True((await rig.Writer.WriteAsync(PipeRig.Bytes(20))).IsCompleted);

        Assert.Equal((0L, 1L), (rig.Pipe.Statistics.Written, rig.Pipe.Statistics.Discarded));
    }
}
