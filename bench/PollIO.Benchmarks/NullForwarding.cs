using BenchmarkDotNet.Attributes;
using PollIO.Pmd;

namespace PollIO.Benchmarks;

/// <summary>One burst received from a null port and sent to another; times are of the whole burst, through the port contract.</summary>
public class NullForwarding : LCoreBenchmark
{
    private PacketPool _pool = null!;
    private Port _source = null!;
    private Port _sink = null!;
    private RxQueue _rx = null!;
    private TxQueue _tx = null!;
    private Packet[] _packets = null!;

    [Params(1, 8, 32, 256)]
    public int Burst { get; set; }

    [Benchmark]
    public int Forward()
    {
        int received = _rx.Receive(_packets);
        return _tx.Transmit(_packets.AsSpan(0, received));
    }

    protected override void Setup()
    {
        _pool = new PacketPool(new PacketPoolOptions { Name = "benchmark", Count = 8192 });

        // Control calls are refused on lcores, and set-up runs on the thread that is measured, which is one.
        Task.Run(() => (_source, _sink) = (Open(), Open())).Wait();
        _rx = _source.RxQueues[0];
        _tx = _sink.TxQueues[0];
        _packets = new Packet[Burst];
    }

    protected override void Cleanup()
    {
        Task.Run(() =>
        {
            _source.Dispose();
            _sink.Dispose();
        }).Wait();
        _pool.Dispose();
    }

    private Port Open()
    {
        Port port = PortFactory.Open("null:");
        port.Configure(new PortConfig { Pool = _pool, MaxBurst = 256 });
        port.Start();
        return port;
    }
}
