using PollIO.SideBySide.Dpdk;

namespace PollIO.SideBySide.Contests;

/// <summary>testpmd with one port: <c>start tx_first</c> puts packets into circulation, and it counts its busy cycles.</summary>
internal sealed class CirculatingTestPmd(TestPmd testPmd) : ICirculator
{
    public Task InjectAsync(int bursts, CancellationToken cancellation) => testPmd.RestartAsync(bursts, cancellation);

    public Task BeginAsync(CancellationToken cancellation) => testPmd.BeginAsync(cancellation);

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        ForwardRates rates = await testPmd.EndAsync(cancellation);
        return rates with { CyclesPerPacket = await testPmd.ReadCyclesAsync(cancellation) };
    }

    public ValueTask DisposeAsync() => testPmd.DisposeAsync();
}
