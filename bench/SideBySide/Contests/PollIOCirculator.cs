using System.Globalization;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>The circulate worker of this program, in a process of its own.</summary>
internal sealed class PollIOCirculator : ICirculator
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;
    private CirculateCounters? _begin;

    private PollIOCirculator(ChildProcess process) => _process = process;

    /// <param name="cpu">The CPU of its lcore.</param>
    /// <param name="circulation">What it puts into circulation.</param>
    /// <param name="port">Its port.</param>
    internal static PollIOCirculator Start(int cpu, Circulation circulation, string port)
    {
        (string program, string[] command) = SelfProcess.Worker(
            null, "circulate", "--cpu", Text(cpu), "--burst", Text(circulation.Burst), "--size", Text(circulation.FrameSize), "--port", port);
        return new PollIOCirculator(ChildProcess.Start(program, command));

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    public async Task InjectAsync(int bursts, CancellationToken cancellation) =>
        await AskAsync(bursts.ToString(CultureInfo.InvariantCulture), cancellation);

    public async Task BeginAsync(CancellationToken cancellation) => _begin = await AskAsync("", cancellation);

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        CirculateCounters begin = _begin ?? throw new InvalidOperationException("the measured part has not begun");
        CirculateCounters end = await AskAsync("", cancellation);
        double seconds = end.Seconds - begin.Seconds;
        return new ForwardRates(
            (end.RxPackets - begin.RxPackets) / seconds,
            (end.TxPackets - begin.TxPackets) / seconds,
            end.AllocatedBytes - begin.AllocatedBytes,
            end.Collections - begin.Collections)
        {
            CyclesPerPacket = (end.BusyCycles - begin.BusyCycles) / (double)Math.Max(1, end.RxPackets - begin.RxPackets),
        };
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<CirculateCounters> AskAsync(string line, CancellationToken cancellation)
    {
        await _process.WriteLineAsync(line, cancellation);
        return WorkerOutput.Read<CirculateCounters>(await _process.ReadUntilAsync(answer => answer.StartsWith('{'), s_timeout, cancellation));
    }
}
