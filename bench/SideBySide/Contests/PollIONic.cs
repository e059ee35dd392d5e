using System.Globalization;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>PollIO on NICs, which it has from its first beginning until it is disposed.</summary>
/// <param name="process">Where it runs.</param>
/// <param name="mode">What it does.</param>
/// <param name="bursts">Bursts it puts into circulation at its first beginning.</param>
internal sealed class PollIONic(PollIONicProcess process, NicMode mode, int bursts) : IForwarder
{
    private NicCounters? _begin;

    public async Task BeginAsync(CancellationToken cancellation)
    {
        if (_begin is null && bursts != 0)
        {
            await process.AskAsync(bursts.ToString(CultureInfo.InvariantCulture), cancellation);
        }

        _begin = await process.AskAsync("", cancellation);
    }

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        NicCounters begin = _begin ?? throw new InvalidOperationException("the measured part has not begun");
        NicCounters end = await process.AskAsync("", cancellation);
        double seconds = end.Seconds - begin.Seconds;
        long received = end.RxPackets - begin.RxPackets, sent = end.TxPackets - begin.TxPackets;
        return new ForwardRates(received / seconds, sent / seconds, end.AllocatedBytes - begin.AllocatedBytes, end.Collections - begin.Collections)
        {
            CyclesPerPacket = (end.BusyCycles - begin.BusyCycles) / (double)Math.Max(1, mode == NicMode.TxOnly ? sent : received),
        };
    }

    /// <summary>Gives the NICs back.</summary>
    public async ValueTask DisposeAsync() => await process.AskAsync("close", CancellationToken.None);
}
