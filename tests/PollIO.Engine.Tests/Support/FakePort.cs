namespace PollIO.Tests;

/// <summary>A port made of memory: it gives what a test asks for, keeps what it is sent, and fails on request.</summary>
internal sealed class FakePort(string name = "fake:", PortCapabilities? capabilities = null) : Port(name, capabilities ?? DefaultCapabilities)
{
    internal static PortCapabilities DefaultCapabilities { get; } = new()
    {
        MaxRxQueues = 4,
        MaxTxQueues = 4,
        MinRingSize = 8,
        MaxRingSize = 1024,
        DefaultRingSize = 32,
        Promiscuous = true,
    };

    private volatile bool _running;

    /// <summary>The driver's calls in order.</summary>
    internal List<string> Calls { get; } = [];

    /// <summary>Called inside the driver's call of that name; may throw.</summary>
    internal Action<string> OnCall { get; set; } = static _ => { };

    /// <summary>What the port reaches; null reaches everything.</summary>
    internal RecordingDomain? Domain { get; init; }

    /// <summary>Whether RX queues have an interrupt descriptor.</summary>
    internal bool Interrupts { get; init; }

    /// <summary>Whether the device is between StartCore and StopCore; a burst outside is a violation.</summary>
    internal bool IsRunning => _running;

    internal FakeRxQueue Rx => (FakeRxQueue)RxQueues[0];

    internal FakeTxQueue Tx => (FakeTxQueue)TxQueues[0];

    public override MacAddress MacAddress => new(0x02_00_00_00_FA_00UL | Id);

    /// <summary>Configures one queue a side and starts.</summary>
    internal FakePort Started(PacketPool pool)
    {
        Configure(new PortConfig { Pool = pool });
        Start();
        return this;
    }

    internal void ChangeLink(LinkState link) => SetLink(link);

    internal void Change(Action change) => ChangeQueues(change);

    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        Note("create");
        return (
            [.. Enumerable.Range(0, config.RxQueues).Select(index => new FakeRxQueue(this, index, config.Pool, Interrupts))],
            [.. Enumerable.Range(0, config.TxQueues).Select(index => new FakeTxQueue(this, index, config.TxRingSize))]);
    }

    protected override void StartCore()
    {
        Note("start");
        _running = true;
    }

    protected override void StopCore()
    {
        _running = false;
        foreach (FakeTxQueue queue in TxQueues.Cast<FakeTxQueue>())
        {
            queue.Abandon();
        }

        Note("stop");
    }

    protected override void DisposeCore()
    {
        foreach (FakeRxQueue queue in RxQueues.Cast<FakeRxQueue>())
        {
            queue.Dispose();
        }

        Note("dispose");
    }

    protected override void SetPromiscuousCore(bool enabled) => Note($"promiscuous {enabled}");

    private void Note(string call)
    {
        Calls.Add(call);
        OnCall(call);
    }
}
