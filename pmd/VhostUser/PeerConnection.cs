using System.Diagnostics.CodeAnalysis;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.VhostUser;

/// <summary>
/// Keeps a port joined to its peer: listens or connects, hands over messages, and begins again when the connection ends. Made when
/// the port starts, disposed when it stops.
/// </summary>
internal sealed class PeerConnection : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly SocketPath _path;
    private readonly IPeerHandler _handler;
    private readonly Lock _serializer;
    private readonly TimerDescriptor _timer;
    private readonly int _listener = -1;
    private VhostUserChannel? _channel;
    private bool _listening;

    /// <param name="path">The socket.</param>
    /// <param name="isServer">Whether to listen; otherwise to connect, again and again.</param>
    /// <param name="device">The port, for errors.</param>
    /// <param name="handler">The port's side.</param>
    /// <param name="serializer">The port's lock, held here.</param>
    internal PeerConnection(SocketPath path, bool isServer, string device, IPeerHandler handler, Lock serializer)
    {
        _path = path;
        _handler = handler;
        _serializer = serializer;
        if (isServer)
        {
            _listener = path.Listen();
        }

        try
        {
            _timer = new TimerDescriptor(device, s_period, OnTick, serializer);
            Wait();
        }
        catch
        {
            _timer?.Dispose();
            CloseListener();
            throw;
        }
    }

    /// <summary>Connections lost so far, without those the port ended itself.</summary>
    internal long Disconnections { get; private set; }

    /// <summary>Messages taken that ended a connection.</summary>
    internal long ProtocolErrors { get; private set; }

    /// <summary>Ends the connection; a further one may come.</summary>
    internal void Disconnect(string reason)
    {
        Disconnections += _channel is null ? 0 : 1;
        Close(reason);
        Wait();
    }

    /// <summary>Says goodbye on the calling thread: the control thread hears no more of this connection.</summary>
    internal void Quiesce(Action goodbye)
    {
        if (_channel is { } channel)
        {
            ControlThread.Shared.Unregister(channel.Descriptor);
            Guarded(goodbye);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Close("the port stopped");
        CloseListener();
    }

    /// <summary>Awaits a peer: one at a time, others wait in the listener's queue.</summary>
    private void Wait()
    {
        if (_listener >= 0 && !_listening)
        {
            ControlThread.Shared.Register(_listener, OnCaller, _serializer);
            _listening = true;
        }
    }

    private void OnTick()
    {
        if (_channel is not null)
        {
            Guarded(_handler.OnTick);
        }
        else if (_listener < 0 && _path.TryConnect(out int socket) == 0)
        {
            Begin(socket);
        }
    }

    private unsafe void OnCaller()
    {
        int socket = LibcUnix.Accept(_listener, null, null, LibcUnix.SOCK_NONBLOCK | LibcUnix.SOCK_CLOEXEC);
        if (socket >= 0)
        {
            StopListening();
            Begin(socket);
        }
    }

    private void Begin(int socket)
    {
        var channel = new VhostUserChannel(socket);
        _channel = channel;
        ControlThread.Shared.Register(socket, OnReadable, _serializer);
        Guarded(() => _handler.OnConnected(channel));
    }

    private void OnReadable() => Guarded(() =>
    {
        // A peer that sends without end must not keep the control thread from the others.
        for (int i = 0; i < 64 && _channel?.TryReceive() is { } message; i++)
        {
            _handler.OnMessage(message);
        }
    });

    /// <summary>Whatever a peer brings about ends its connection and nothing else.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A peer must not find the one exception that leaves its connection unserved; it is counted.")]
    internal void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (VhostUserException e)
        {
            ProtocolErrors += e.HasLeft ? 0 : 1;
            Disconnect(e.Message);
        }
        catch (Exception e)
        {
            ProtocolErrors++;
            Disconnect(e.Message);
        }
    }

    private void Close(string reason)
    {
        if (_channel is { } channel)
        {
            _channel = null;
            ControlThread.Shared.Unregister(channel.Descriptor);
            try
            {
                _handler.OnDisconnected(reason);
            }
            finally
            {
                channel.Dispose();
            }
        }
    }

    private void StopListening()
    {
        if (_listening)
        {
            ControlThread.Shared.Unregister(_listener);
            _listening = false;
        }
    }

    private void CloseListener()
    {
        StopListening();
        if (_listener >= 0)
        {
            _path.Remove();
            _ = LibcSocket.Close(_listener);
        }
    }
}
