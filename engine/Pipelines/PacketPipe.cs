using System.IO.Pipelines;

namespace PollIO.Pipelines;

/// <summary>
/// A port, or one queue of it, as a duplex pipe: <see cref="Input"/> gives received packets, <see cref="Output"/> sends packets. An lcore
/// polls the queues and does all work with pools; awaiting code runs elsewhere.
/// </summary>
/// <remarks>
/// End in this order: let the awaiting code end (<see cref="Stop"/> makes its reads say completed), then <see cref="Dispose"/>, then the
/// port.
/// </remarks>
public sealed class PacketPipe : IDuplexPipe, IDisposable
{
    private readonly string _name;
    private readonly PacketPool _pool;
    private readonly ReaderFeed _feed;
    private readonly WriterDrain? _drain;
    private readonly WriterLink _writerLink;
    private readonly Lock _lock = new();
    private PipeCounters _counters;
    private LCore? _core;
    private bool _stopped;
    private bool _disposed;

    internal PacketPipe(string name, PacketPool pool, RxQueue[] rx, TxQueue? tx, PacketPipeOptions options)
    {
        options.Validate();
        _name = name;
        _pool = pool;
        pool.Borrow(this, options.PacketsHeld(rx.Length != 0, tx != null));
        var readerLink = new ReaderLink(options.Quota);
        Input = new PacketPipeReader(readerLink, options);
        _feed = new ReaderFeed(rx, readerLink, Input.WakeUp, options);
        _writerLink = new WriterLink(options.Reserve);
        Output = new PacketPipeWriter(_writerLink, pool, options);
        if (tx is null)
        {
            _writerLink.CompleteCore(null);
        }
        else
        {
            _drain = new WriterDrain(tx, _writerLink, Output.WakeUp, pool, options);
        }

        try
        {
            _core = options.LCore is null ? null : LCore.Launch(options.LCore, new PipeProcessor([this]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Received packets.</summary>
    public PacketPipeReader Input { get; }

    /// <summary>Packets to send.</summary>
    public PacketPipeWriter Output { get; }

    PipeReader IDuplexPipe.Input => Input;

    PipeWriter IDuplexPipe.Output => Output;

    /// <summary>The lcore that polls: that of <see cref="PacketPipeOptions.LCore"/>, the one named by <see cref="PolledBy"/>, or null.</summary>
    public LCore? Core => _core;

    /// <summary>The counters, exact once the polling core has stopped.</summary>
    public PacketPipeStatistics Statistics
    {
        get
        {
            PacketPipeStatistics statistics = _counters.Read();
            return statistics with { Discarded = statistics.Discarded + _writerLink.FreedAfterClose };
        }
    }

    internal bool IsCompleted => _feed.IsCompleted && _drain is null or { IsCompleted: true };

    /// <summary>
    /// Names the application's own lcore that polls the pipe with a <see cref="PipeProcessor"/>: <see cref="Stop"/> then stops it first.
    /// </summary>
    /// <exception cref="InvalidOperationException">The pipe has an lcore already, or was stopped.</exception>
    public void PolledBy(LCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        lock (_lock)
        {
            if (_stopped || _core != null)
            {
                throw new InvalidOperationException(_stopped ? $"{this} was stopped" : $"{this} has an lcore");
            }

            _core = core;
        }
    }

    /// <summary>
    /// Stops the lcore that polls; one that was not named (<see cref="PolledBy"/>) has to have left the pipe before. Reads hand out what was delivered and
    /// then say completed, flushes say completed.
    /// </summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _core?.Dispose();
            _feed.Close();
            _drain?.Close(ref _counters);
        }
    }

    /// <summary>Stops the pipe, completes reader and writer and gives every packet back. The awaiting code has ended before.</summary>
    public void Dispose()
    {
        Stop();
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Input.Complete();
            Output.Complete();
            _pool.Return(this);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"pipe of {_name}";

    internal int Poll() => _feed.Poll(ref _counters) + (_drain?.Poll(ref _counters) ?? 0);
}
