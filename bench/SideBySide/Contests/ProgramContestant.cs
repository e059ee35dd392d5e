using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>A program that measures itself and prints a sample as one JSON line.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="timeout">How long it may be silent.</param>
/// <param name="command">Program and arguments.</param>
internal sealed class ProgramContestant(
    string name, string? missing, TimeSpan timeout, Func<(string Program, string[] Arguments)> command) : IContestant
{
    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        (string program, string[] arguments) = command();
        await using var process = ChildProcess.Start(program, arguments);
        string line = await process.ReadUntilAsync(line => line.StartsWith('{'), timeout, cancellation);
        return WorkerOutput.Read<Sample>(line);
    }
}
