using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

public sealed class BatchesAreEnumerated
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task EveryPacketComesInOneBatchUntilTheSourceEnds()
    {
        using var rig = new PipeRig();
        var seen = new List<byte[]>();
        Task reading = Task.Run(async () =>
        {
            await foreach (PacketBatch batch in rig.Reader.ReadBatchesAsync())
            {
                Assert.NotEqual(0, batch.Count);
                for (int i = 0; i < batch.Count; i++)
                {
                    seen.Add(batch[i].Span.ToArray());
                }

                Assert.Equal(batch.Count, batch.Packets.Length);
                Assert.Throws<ArgumentOutOfRangeException>(() => batch[batch.Count]);
            }
        });

        byte[][] packets = [.. Enumerable.Range(1, 150).Select(i => PipeRig.Bytes(1 + (i % 90), i))];
        foreach (byte[][] burst in packets.Chunk(7))
        {
            rig.Supply(burst);
            await Task.Yield();
        }

        rig.EndSource();
        await reading.WaitAsync(s_patience);
        Assert.Equal(packets, seen);
    }

    [Fact]
    public async Task DetachedPacketsOutliveTheirBatch()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(10), PipeRig.Bytes(20), PipeRig.Bytes(30));
        Packet kept = default;
        await using (IAsyncEnumerator<PacketBatch> batches = rig.Reader.ReadBatchesAsync().GetAsyncEnumerator())
        {
            Assert.True(await batches.MoveNextAsync());
            PacketBatch batch = batches.Current;
            kept = batch.Detach(1);
            Assert.Throws<InvalidOperationException>(() => batch.Detach(1));
            rig.EndSource();
            Assert.False(await batches.MoveNextAsync());
            Assert.Equal(0, batch.Count);
        }

        Assert.Equal(PipeRig.Bytes(20), kept.Data.ToArray());
        kept.Free();
    }

    [Fact]
    public async Task ErrorOfTheSourceAndCancellationAreThrown()
    {
        using var rig = new PipeRig();
        using var source = new CancellationTokenSource();
        await using (IAsyncEnumerator<PacketBatch> batches = rig.Reader.ReadBatchesAsync(source.Token).GetAsyncEnumerator())
        {
            ValueTask<bool> next = batches.MoveNextAsync();
            rig.Reader.CancelPendingRead();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask().WaitAsync(s_patience));
        }

        var error = new PollIOException("receive", "rig:", "gone");
        await using IAsyncEnumerator<PacketBatch> others = rig.Reader.ReadBatchesAsync().GetAsyncEnumerator();
        ValueTask<bool> last = others.MoveNextAsync();
        rig.EndSource(error);
        Assert.Same(error, await Assert.ThrowsAsync<PollIOException>(() => last.AsTask().WaitAsync(s_patience)));
    }
}
