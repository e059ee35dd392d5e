using System.Diagnostics;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>A sender, timed from its process's start to the first packet an observer sees at the other end.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="missing">Why it cannot take part, or null.</param>
/// <param name="key">The row of its milliseconds.</param>
/// <param name="observerNamespace">The network namespace of the observer; null for none.</param>
/// <param name="observerPort">The observer's port, given a socket of theirs.</param>
/// <param name="start">Starts the sender, given the socket.</param>
internal sealed class FirstPacketContestant(
    string name,
    string? missing,
    string key,
    Func<string>? observerNamespace,
    Func<string, string> observerPort,
    Func<string, ChildProcess> start) : IContestant
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public string Name => name;

    public string? Missing => missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        using var socket = new SocketFolder();
        (string program, string[] arguments) = SelfProcess.Worker(
            observerNamespace?.Invoke(), "first-packet", "--port", observerPort(socket.Path));
        await using var observer = ChildProcess.Start(program, arguments);
        await observer.ReadUntilAsync(line => line == FirstPacketWorker.Ready, s_patience, cancellation);

        long begin = Stopwatch.GetTimestamp();
        await using ChildProcess sender = start(socket.Path);
        string line = await observer.ReadUntilAsync(line => line.StartsWith('{'), s_patience, cancellation);
        FirstPacket first = WorkerOutput.Read<FirstPacket>(line);
        sender.Terminate();
        return new Sample(new Dictionary<string, double> { [key] = Stopwatch.GetElapsedTime(begin, first.Timestamp).TotalMilliseconds });
    }
}
