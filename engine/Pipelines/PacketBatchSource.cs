namespace PollIO.Pipelines;

/// <summary>A reader's packets by batches; see <see cref="PacketPipeReader.ReadBatchesAsync"/>.</summary>
internal sealed class PacketBatchSource(PacketPipeReader reader, CancellationToken cancellation) : IAsyncEnumerable<PacketBatch>
{
    public IAsyncEnumerator<PacketBatch> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new PacketBatchEnumerator(reader, cancellationToken.CanBeCanceled ? cancellationToken : cancellation);
}
