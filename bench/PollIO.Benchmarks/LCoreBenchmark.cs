using BenchmarkDotNet.Attributes;

namespace PollIO.Benchmarks;

/// <summary>Makes the benchmark's thread an lcore, so that pools give it a cache as they give a polling core.</summary>
public abstract class LCoreBenchmark
{
    private LCoreRegistration? _registration;

    [GlobalSetup]
    public void Enter()
    {
        _registration = LCoreRegistration.Enter();
        Setup();
    }

    [GlobalCleanup]
    public void Leave()
    {
        _registration?.Dispose();
        Cleanup();
    }

    protected abstract void Setup();

    protected abstract void Cleanup();
}
