using System.Globalization;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>The forward worker of this program, in a process of its own.</summary>
internal sealed class PollIOForwarder : IForwarder
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;
    private ForwardCounters? _begin;

    private PollIOForwarder(ChildProcess process) => _process = process;

    /// <param name="networkNamespace">Where its interfaces are, or null.</param>
    /// <param name="cpu">The CPU of its lcore.</param>
    /// <param name="burst">Most packets a call.</param>
    /// <param name="ports">Two port specs to forward between, or one to receive from.</param>
    internal static PollIOForwarder Start(string? networkNamespace, int cpu, int burst, params ReadOnlySpan<string> ports)
    {
        var arguments = new List<string> { "forward", "--cpu", cpu.ToString(CultureInfo.InvariantCulture), "--burst", burst.ToString(CultureInfo.InvariantCulture) };
        foreach (string port in ports)
        {
            arguments.AddRange(["--port", port]);
        }

        (string program, string[] command) = SelfProcess.Worker(networkNamespace, [.. arguments]);
        return new PollIOForwarder(ChildProcess.Start(program, command));
    }

    public async Task BeginAsync(CancellationToken cancellation) => _begin = await ReadAsync(cancellation);

    public async Task<ForwardRates> EndAsync(CancellationToken cancellation)
    {
        ForwardCounters begin = _begin ?? throw new InvalidOperationException("the measured part has not begun");
        ForwardCounters end = await ReadAsync(cancellation);
        double seconds = end.Seconds - begin.Seconds;
        return new ForwardRates(
            (end.RxPackets - begin.RxPackets) / seconds,
            (end.TxPackets - begin.TxPackets) / seconds,
            end.AllocatedBytes - begin.AllocatedBytes,
            end.Collections - begin.Collections);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<ForwardCounters> ReadAsync(CancellationToken cancellation)
    {
        await _process.WriteLineAsync("", cancellation);
        string line = await _process.ReadUntilAsync(line => line.StartsWith('{'), s_timeout, cancellation);
        return WorkerOutput.Read<ForwardCounters>(line);
    }
}
