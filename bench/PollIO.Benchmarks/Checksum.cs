using BenchmarkDotNet.Attributes;
using PollIO.Wire;

namespace PollIO.Benchmarks;

/// <summary>The Internet checksum of a buffer in the first-level cache.</summary>
public class Checksum
{
    private byte[] _data = null!;

    [Params(64, 1500, 9000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = new byte[Bytes];
        new Random(1071).NextBytes(_data);
    }

    [Benchmark]
    public ushort Compute() => InternetChecksum.Compute(_data);
}
