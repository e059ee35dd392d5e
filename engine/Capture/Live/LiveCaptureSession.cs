using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using PollIO.Diagnostics;

namespace PollIO.Capture;

/// <summary>One reader's capture, from its socket's name to its end: the reader leaves, or all its ports are gone.</summary>
internal sealed class LiveCaptureSession(string socket)
{
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // The thread's boundary: a capture must not end the process it looks at.
    [SuppressMessage("Design", "CA1031", Justification = "What goes wrong is told to the reader and to the event source.")]
    internal void Run()
    {
        try
        {
            using ReaderSocket reader = ReaderSocket.Connect(socket, LiveCaptureRequest.Granted + "\n");
            try
            {
                Serve(reader);
            }
            catch (Exception e)
            {
                PollIOEventSource.Log.CaptureRefused(e.Message);
                reader.GiveUpAfter(s_patience);
                reader.Refuse(e.Message);
            }
        }
        catch (Exception e)
        {
            PollIOEventSource.Log.CaptureRefused(e.Message);
        }
    }

    private static void Serve(ReaderSocket reader)
    {
        LiveCaptureRequest request = reader.ReceiveRequest(s_requestTimeout);
        Port[] ports = Choose(request.Ports);
        var options = new PacketCaptureOptions { SnapLength = request.SnapLength, Filter = request.Filter };
        PacketCapture capture = PacketCapture.Create(reader, "live capture", options);
        try
        {
            Array.ForEach(ports, capture.Attach);
            PollIOEventSource.Log.CaptureAttached(ports.Length);
            while (capture.IsAttached && capture.Error is null && !HasLeft(reader))
            {
            }
        }
        finally
        {
            reader.GiveUpAfter(s_patience);
            capture.Dispose();
            PollIOEventSource.Log.CaptureEnded(capture.Captured, capture.Dropped);
        }
    }

    private static bool HasLeft(ReaderSocket reader)
    {
        try
        {
            return reader.WaitUntilLeft(s_watchInterval);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static Port[] Choose(IReadOnlyList<string> wanted)
    {
        Port[] ports = [.. Port.OpenPorts.Where(port => port.State is PortState.Stopped or PortState.Started)];
        if (ports.Length == 0)
        {
            throw new InvalidOperationException("the process has no configured port");
        }

        if (wanted.Count == 0)
        {
            return ports;
        }

        string? missing = wanted.FirstOrDefault(name => !Array.Exists(ports, port => IsCalled(port, name)));
        return missing is null
            ? [.. ports.Where(port => wanted.Any(name => IsCalled(port, name)))]
            : throw new InvalidOperationException(
                $"the process has no port '{missing}'; its ports are {string.Join(", ", ports.Select(port => $"{port.Id} {port.Name}"))}");
    }

    private static bool IsCalled(Port port, string name) =>
        port.Name == name || port.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == name;
}
