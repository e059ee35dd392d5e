using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace PollIO.Pipelines;

/// <summary>Goes through a reader batch by batch. Moving on allocates nothing, whether it has to wait or not.</summary>
internal sealed class PacketBatchEnumerator : IAsyncEnumerator<PacketBatch>, IValueTaskSource<bool>
{
    // The default keeps twice as many as there are processors: too few for one reader a queue on a small machine.
    private const int BatchesRetained = 256;

    private static readonly ObjectPool<PacketBatch> s_batches = new DefaultObjectPool<PacketBatch>(new BatchPolicy(), BatchesRetained);

    private readonly PacketPipeReader _reader;
    private readonly CancellationToken _cancellation;
    private readonly Action _continue;
    private PacketBatch? _batch;
    private ManualResetValueTaskSourceCore<bool> _awaited;
    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _read;
    private SequencePosition _end;
    private bool _isReading;

    internal PacketBatchEnumerator(PacketPipeReader reader, CancellationToken cancellation)
    {
        _reader = reader;
        _cancellation = cancellation;
        _continue = Continue;
        _batch = s_batches.Get();
    }

    public PacketBatch Current => _batch ?? throw new ObjectDisposedException(nameof(PacketBatchEnumerator));

    public ValueTask<bool> MoveNextAsync()
    {
        ObjectDisposedException.ThrowIf(_batch is null, this);
        while (true)
        {
            EndBatch();
            StartRead();
            if (!_read.IsCompleted)
            {
                _awaited.Reset();
                short version = _awaited.Version;
                _read.UnsafeOnCompleted(_continue);
                return new ValueTask<bool>(this, version);
            }

            if (TryBegin(_read.GetResult(), out bool hasBatch))
            {
                return new ValueTask<bool>(hasBatch);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_batch is not null)
        {
            EndBatch();
            s_batches.Return(_batch);
            _batch = null;
        }

        return default;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _awaited.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _awaited.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _awaited.OnCompleted(continuation, state, token, flags);

    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is asked once for each read; an await would make a state machine.")]
    private void StartRead() => _read = _reader.ReadAsync(_cancellation).ConfigureAwait(false).GetAwaiter();

    /// <summary>The read the enumeration waited for has ended.</summary>
    private void Continue()
    {
        bool hasBatch;
        try
        {
            while (!TryBegin(_read.GetResult(), out hasBatch))
            {
                EndBatch();
                StartRead();
                if (!_read.IsCompleted)
                {
                    _read.UnsafeOnCompleted(_continue);
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or PollIOException)
        {
            _awaited.SetException(e);
            return;
        }

        _awaited.SetResult(hasBatch);
    }

    /// <summary>Fills the batch from a read.</summary>
    /// <returns>False when the read gave nothing to say: it was cancelled by <see cref="PipeReader.CancelPendingRead"/> without bytes.</returns>
    private bool TryBegin(in ReadResult result, out bool hasBatch)
    {
        PacketBatch batch = _batch!;
        batch.Begin(_reader);
        _end = result.Buffer.End;
        _isReading = true;
        ReadOnlySequence<byte> rest = result.Buffer;
        while (_reader.TryReadPacket(ref rest, out PacketView packet))
        {
            batch.Add(in packet);
        }

        hasBatch = batch.Count != 0;
        return hasBatch || result.IsCompleted;
    }

    private void EndBatch()
    {
        if (!_isReading)
        {
            return;
        }

        _isReading = false;
        _batch!.End();
        _reader.EndRead(_end);
    }

    private sealed class BatchPolicy : PooledObjectPolicy<PacketBatch>
    {
        public override PacketBatch Create() => new();

        public override bool Return(PacketBatch obj)
        {
            obj.End();
            return true;
        }
    }
}
