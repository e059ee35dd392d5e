using System.IO.Pipelines;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeWriter
{
    private bool HasReserve => _emptyCount + _link.Empties.Count >= _resume;

    /// <inheritdoc/>
    /// <remarks>
    /// An open packet is ended. The flush is over when the polling core has been given every packet and half of the reserve is there;
    /// that the packets are on the wire it does not say.
    /// </remarks>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_flush.IsPending)
        {
            PipeThrow.AlreadyFlushing();
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        if (_completed)
        {
            // As in System.IO.Pipelines: there is nothing to flush, and it is no error.
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: _link.CoreCompleted));
        }

        End();
        return _flush.FinishAsync(cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>The bytes are one packet, a chain when they are more than a buffer holds, or the end of the packet that is open.</remarks>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        Append(source.Span);
        return FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _flush.Cancel();

    /// <summary>Copies bytes to the end of the open packet, into as many buffers as it takes.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = GetSpan();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Hands over what can be, and ends the flush when all was and the reserve allows more, at the end, or when cancelled.</summary>
    private bool TryFinish(bool cancelled, out FlushResult result)
    {
        bool ended = _link.CoreCompleted;
        if (ended)
        {
            PacketPool.Free(_batch.AsSpan(_handedOver, _batchCount - _handedOver));
            _batchCount = 0;
            _handedOver = 0;
            _unflushed = 0;
        }

        HandOver();
        if (ended && _link.CoreError is { } error && !cancelled)
        {
            throw error;
        }

        result = new FlushResult(cancelled, ended);
        if (cancelled || ended || (_batchCount == 0 && HasReserve))
        {
            // What a cancelled flush could not hand over goes with the next one, and stays unflushed.
            _unflushed = _batchCount == 0 ? 0 : _unflushed;
            return true;
        }

        return false;
    }

    private readonly struct FlushOperation(PacketPipeWriter writer) : IPipeOperation<FlushResult>
    {
        public bool MayProceed => writer._batchCount == writer._handedOver
            ? writer.HasReserve
            : writer._link.Outgoing.Count <= writer._link.Outgoing.Capacity / 2;

        public bool TryFinish(bool cancelled, out FlushResult result) => writer.TryFinish(cancelled, out result);
    }
}
