using PollIO.SideBySide.Dpdk;

namespace PollIO.SideBySide.Contests;

/// <summary>testpmd on NICs, which it has from its start to its end.</summary>
internal sealed class TestPmdNic(TestPmd testPmd, int bursts) : IForwarder
{
    private bool _hasStarted;

    public async Task BeginAsync(CancellationToken cancellation)
    {
        if (!_hasStarted)
        {
            // Its bursts of its own come with the start of forwarding; 0 is none.
            await testPmd.RestartAsync(bursts, cancellation);
            _hasStarted = true;
        }

        await testPmd.BeginAsync(cancellation);
    }

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        ForwardRates rates = await testPmd.EndAsync(cancellation);
        return rates with { CyclesPerPacket = await testPmd.ReadCyclesAsync(cancellation) };
    }

    public ValueTask DisposeAsync() => testPmd.DisposeAsync();
}
