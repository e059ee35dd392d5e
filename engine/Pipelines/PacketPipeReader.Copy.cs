using System.Buffers;
using System.IO.Pipelines;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeReader
{
    /// <inheritdoc/>
    /// <remarks>Into a <see cref="PacketPipeWriter"/> packets go as packets, and without a copy; any other destination gets their bytes.</remarks>
    public override Task CopyToAsync(PipeWriter destination, CancellationToken cancellationToken = default) =>
        destination is PacketPipeWriter packets
            ? cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : ForwardAllAsync(packets, cancellationToken)
            : base.CopyToAsync(destination, cancellationToken);

    private async Task ForwardAllAsync(PacketPipeWriter destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await ReadAsync(cancellationToken).ConfigureAwait(false);
            SequencePosition consumed = result.Buffer.Start;
            try
            {
                ReadOnlySequence<byte> rest = result.Buffer;
                ThrowIfCancelled(result.IsCanceled);
                while (!rest.IsEmpty)
                {
                    consumed = ForwardSome(ref rest, destination);
                    FlushResult flushed = await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
                    ThrowIfCancelled(flushed.IsCanceled);
                    if (flushed.IsCompleted)
                    {
                        return;
                    }
                }

                if (result.IsCompleted)
                {
                    return;
                }
            }
            finally
            {
                AdvanceTo(consumed);
            }
        }
    }

    /// <summary>Forwards as many packets as may be between two flushes.</summary>
    /// <returns>The position behind the last of them.</returns>
    private SequencePosition ForwardSome(ref ReadOnlySequence<byte> rest, PacketPipeWriter destination)
    {
        for (int i = 0; i < destination.PacketsPerFlush && TryReadPacket(ref rest, out PacketView packet); i++)
        {
            if (CanDetach(packet))
            {
                destination.Forward(packet);
                continue;
            }

            // Its first segments are consumed: what is left is no packet of its own.
            destination.EndPacket();
            foreach (ReadOnlyMemory<byte> memory in packet.Sequence)
            {
                destination.Append(memory.Span);
            }

            destination.EndPacket();
        }

        return rest.Start;
    }

    private static bool CanDetach(in PacketView packet) => packet.First.Part == packet.First.Head;

    private static void ThrowIfCancelled(bool isCancelled)
    {
        if (isCancelled)
        {
            throw new OperationCanceledException("the pending read or flush was cancelled");
        }
    }
}
