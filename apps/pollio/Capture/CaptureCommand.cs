using System.Net.Sockets;
using PollIO.Apps.Common;
using PollIO.Apps.Common.CommandLine;
using PollIO.Capture;

namespace PollIO.Apps.Tools.Capture;

/// <summary>
/// <c>pollio capture</c>: opens a socket, shows its name to the process by way of the runtime's diagnostics socket, and copies what the
/// process then sends over it.
/// </summary>
internal static class CaptureCommand
{
    private const string Operation = "capture process";
    private const int BrokenPipe = 32;

    private static readonly TimeSpan s_attachTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(3);

    internal static int Run(CaptureOptions options, StopSignal stop)
    {
        if (options.File == "-" && !Console.IsOutputRedirected)
        {
            throw new UsageException("packets are not for a terminal: -w FILE, or a pipe: pollio capture --pid N | tshark -i -");
        }

        PacketFilter? filter = options.Filter is null ? null : PacketFilter.Compile(options.Filter);
        TargetProcess process = TargetProcess.Find(options.ProcessId);
        using Stream target = OpenTarget(options.File);
        using Socket? connection = Attach(process, stop);
        if (connection is null)
        {
            return stop.IsRaised ? AppMain.Well : throw NotAttached(process);
        }

        connection.ReceiveTimeout = (int)s_attachTimeout.TotalMilliseconds;
        connection.Send(new LiveCaptureRequest { Ports = options.Ports, SnapLength = options.SnapLength, Filter = filter }.ToBytes());
        var copier = new BlockCopier(connection, target, options.Count);
        string answer = copier.ReadAnswer();
        if (answer != LiveCaptureRequest.Granted)
        {
            string reason = answer.Length == 0 ? "it ended while the capture was attached" : answer[(answer.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            throw new PollIOException(Operation, process.Device, reason);
        }

        connection.ReceiveTimeout = 0;
        Console.Error.WriteLine($"pollio: capturing {process.Device}");
        Exception? failure = CopyUntilEnd(options, stop, connection, copier);
        Report(process, copier);
        return failure switch
        {
            null => AppMain.Well,

            // Who read the pipe has seen enough.
            IOException { HResult: BrokenPipe } => AppMain.Well,
            IOException => throw new PollIOException("write capture", options.File, failure.Message, innerException: failure),
            _ => throw new PollIOException(Operation, process.Device, failure.Message, innerException: failure),
        };
    }

    private static Socket? Attach(TargetProcess process, StopSignal stop)
    {
        using CaptureListener listener = CaptureListener.Open(process);
        string arguments = $"{LiveCaptureRequest.SocketArgument}=\"{listener.Path}\"";
        using DiagnosticSession session = DiagnosticSession.Open(process, LiveCaptureRequest.EventSourceName, arguments);
        return listener.Accept(s_attachTimeout, stop);
    }

    // A thread of its own, so that a pipe nobody reads does not keep a signal from ending the command.
    private static Exception? CopyUntilEnd(CaptureOptions options, StopSignal stop, Socket connection, BlockCopier copier)
    {
        Exception? failure = null;
        var copying = new Thread(() =>
        {
            try
            {
                while (copier.Copy())
                {
                    if (copier.IsFull)
                    {
                        stop.Raise();
                    }
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
            {
                failure = e;
            }

            stop.Raise();
        })
        { IsBackground = true, Name = "capture" };
        copying.Start();
        if (options.Duration is { } duration)
        {
            stop.Wait(duration);
        }
        else
        {
            stop.Wait();
        }

        try
        {
            // The process sends what is on its way, its counters, and closes.
            connection.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It is gone.
        }

        copying.Join(s_drainTimeout);
        return failure;
    }

    private static void Report(TargetProcess process, BlockCopier copier)
    {
        (long seen, long dropped) = copier.Counters;
        Console.Error.WriteLine(copier.HasCounters
            ? $"pollio: {copier.Packets} packets captured of {seen} that passed, {dropped} dropped by the capture"
            : $"pollio: {copier.Packets} packets captured; {process.Device} ended before it said how many the capture dropped");
    }

    private static PollIOException NotAttached(TargetProcess process) => process.HasEngine
        ? new PollIOException(Operation, process.Device, $"it did not attach within {s_attachTimeout.TotalSeconds} s: it has opened no port yet, or has its event sources switched off (EventSourceSupport)")
        : new PollIOException(Operation, process.Device, "it is no PollIO application: PollIO.Engine is not loaded");

    private static Stream OpenTarget(string file)
    {
        if (file == "-")
        {
            return Console.OpenStandardOutput();
        }

        try
        {
            return new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PollIOException("create capture", file, e.Message.ReplaceLineEndings(" ").TrimEnd('.'), innerException: e);
        }
    }
}
