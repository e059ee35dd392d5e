using BenchmarkDotNet.Attributes;

namespace PollIO.Benchmarks;

/// <summary>One burst taken from a pool and given back; times are of the whole burst.</summary>
public class PoolGetPut : LCoreBenchmark
{
    private PacketPool _pool = null!;
    private Packet[] _packets = null!;

    [Params(1, 8, 32, 256)]
    public int Burst { get; set; }

    /// <summary>For drivers: metadata as the last user left it.</summary>
    [Benchmark(Baseline = true)]
    public int Raw()
    {
        int count = _pool.AllocateRaw(_packets);
        PacketPool.Free(_packets);
        return count;
    }

    /// <summary>For applications: packets with fresh metadata.</summary>
    [Benchmark]
    public int Fresh()
    {
        int count = _pool.Allocate(_packets);
        PacketPool.Free(_packets);
        return count;
    }

    protected override void Setup()
    {
        _pool = new PacketPool(new PacketPoolOptions { Name = "benchmark", Count = 4096 });
        _packets = new Packet[Burst];
    }

    protected override void Cleanup() => _pool.Dispose();
}
