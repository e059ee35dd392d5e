using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// The NIC worker of this program. It lasts as long as the contest, because the emulator takes longer to compile it than to measure
/// it; the NICs are its own only while a <see cref="PollIONic"/> is there.
/// </summary>
internal sealed class PollIONicProcess : IDisposable
{
    private const int QuietReadings = 6;
    private const int MostReadings = 60;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly ChildProcess _process;
    private bool _isCompiled;

    private PollIONicProcess(ChildProcess process) => _process = process;

    /// <summary>Starts the process, which opens nothing yet.</summary>
    internal static PollIONicProcess Start(NicMode mode, IEnumerable<string> devices)
    {
        (string program, string[] command) = SelfProcess.Worker(
            null, ["nic", "--mode", mode.ToString(), "--cpu", "0", .. devices.SelectMany(device => (string[])["--port", $"vfio:{device}"])]);
        return new PollIONicProcess(ChildProcess.Start(program, command));
    }

    internal async Task<NicCounters> AskAsync(string line, CancellationToken cancellation)
    {
        await _process.WriteLineAsync(line, cancellation);
        return WorkerOutput.Read<NicCounters>(await _process.ReadUntilAsync(answer => answer.StartsWith('{'), s_timeout, cancellation));
    }

    /// <summary>The first time, waits until the runtime has nothing more to compile: no method for six seconds.</summary>
    internal async Task WaitUntilCompiledAsync(CancellationToken cancellation)
    {
        long methods = 0;
        for (int reading = 0, quiet = 0; !_isCompiled && reading < MostReadings && quiet < QuietReadings; reading++)
        {
            await Task.Delay(s_interval, cancellation);
            NicCounters counters = await AskAsync("", cancellation);
            quiet = counters.CompiledMethods == methods ? quiet + 1 : 0;
            methods = counters.CompiledMethods;
        }

        _isCompiled = true;
    }

    /// <summary>Ends the process.</summary>
    public void Dispose() => _process.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
