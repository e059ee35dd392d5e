using BenchmarkDotNet.Attributes;

namespace PollIO.Benchmarks;

/// <summary>One burst put into a ring and taken out by the same thread; times are of both, for the whole burst.</summary>
/// <remarks>Between two cores the host's placement of the cores decides: those figures come from the side-by-side runner.</remarks>
public class RingOnOneThread
{
    private SpscRing<nint> _spsc = null!;
    private MpmcRing<nint> _mpmc = null!;
    private nint[] _items = null!;

    [Params(1, 8, 32, 256)]
    public int Burst { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _spsc = new SpscRing<nint>(4096);
        _mpmc = new MpmcRing<nint>(4096);
        _items = new nint[Burst];
    }

    [Benchmark(Baseline = true)]
    public int Spsc()
    {
        _spsc.EnqueueBurst(_items);
        return _spsc.DequeueBurst(_items);
    }

    [Benchmark]
    public int Mpmc()
    {
        _mpmc.EnqueueBurst(_items);
        return _mpmc.DequeueBurst(_items);
    }
}
