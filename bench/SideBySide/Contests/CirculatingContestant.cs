using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>One side of a wire on which packets go round; the other side is the same for every contestant.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="options">Warm-up and duration.</param>
/// <param name="circulation">What goes round.</param>
/// <param name="isDriver">Whether it is the driver, which connects; the device listens and has to be there first.</param>
/// <param name="startPeer">Starts the other side on a socket.</param>
/// <param name="start">Starts this side on a socket.</param>
internal sealed class CirculatingContestant(
    string name,
    string? missing,
    RunnerOptions options,
    Circulation circulation,
    bool isDriver,
    Func<string, IForwarder> startPeer,
    Func<string, ICirculator> start) : IContestant
{
    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        using var socket = new SocketFolder();
        return await MeasureAsync(socket.Path, cancellation);
    }

    private async Task<Sample> MeasureAsync(string path, CancellationToken cancellation)
    {
        IForwarder? peer = null;
        ICirculator? own = null;
        try
        {
            if (isDriver)
            {
                peer = startPeer(path);
                await peer.BeginAsync(cancellation);
                own = start(path);
                await own.BeginAsync(cancellation);
            }
            else
            {
                own = start(path);
                await own.BeginAsync(cancellation);
                peer = startPeer(path);
                await peer.BeginAsync(cancellation);
            }

            await own.InjectAsync(circulation.Packets / circulation.Burst, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(options.Warmup), cancellation);
            await own.BeginAsync(cancellation);
            await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
            ForwardRates rates = await own.EndAsync(cancellation);
            var values = new Dictionary<string, double> { [VirtioContests.Rate] = rates.TxPerSecond };
            if (rates.CyclesPerPacket is { } cycles)
            {
                values[VirtioContests.Cycles] = cycles;
            }

            return new Sample(values) { AllocatedBytes = rates.AllocatedBytes, Collections = rates.Collections };
        }
        finally
        {
            // The driver first: it says goodbye to a device that is there.
            foreach (IForwarder? side in isDriver ? [own, peer] : new[] { peer, own })
            {
                if (side is not null)
                {
                    await side.DisposeAsync();
                }
            }
        }
    }
}
