using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PollIO.Apps.Common.Metrics;

/// <summary>
/// Answers GET /metrics over HTTP, one request after the other, on a thread of its own that lcores never hear of. It reads no more of a
/// request than it needs, and waits for nobody longer than two seconds.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MaxRequest = 8192;
    private const int TimeoutMilliseconds = 2000;
    private const string Path = "/metrics";

    private readonly TcpListener _listener;
    private readonly PrometheusText _text = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    private MetricsServer(TcpListener listener)
    {
        _listener = listener;
        _thread = new Thread(Run) { IsBackground = true, Name = "metrics" };
        _thread.Start();
    }

    /// <summary>Where the metrics are.</summary>
    internal string Address => $"http://{_listener.LocalEndpoint}{Path}";

    /// <summary>Listens.</summary>
    /// <exception cref="PollIOException">The address is taken, or not this machine's.</exception>
    internal static MetricsServer Start(IPEndPoint endPoint)
    {
        var listener = new TcpListener(endPoint);
        try
        {
            listener.Start();
            return new MetricsServer(listener);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            string remedy = e.SocketErrorCode == SocketError.AddressNotAvailable
                ? "the address is not this machine's; ip address shows those that are"
                : "choose another port, or 0 for a free one";
            throw new PollIOException("serve metrics", endPoint.ToString(), "cannot listen there", e.NativeErrorCode, remedy, e);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _listener.Stop();
        _thread.Join();
        _listener.Dispose();
        _text.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                using Socket client = _listener.AcceptSocket();
                client.ReceiveTimeout = client.SendTimeout = TimeoutMilliseconds;
                Answer(client);
                client.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The client left, or the listener is stopped, which the loop sees.
            }
        }
    }

    private void Answer(Socket client)
    {
        string[] request = ReadRequestLine(client).Split(' ');
        string target = request.Length == 3 ? request[1].Split('?')[0] : "";
        (string status, string type, string body) = (request[0], target) switch
        {
            _ when request.Length != 3 => ("400 Bad Request", "text/plain", "no HTTP request\n"),
            ("GET", Path) => ("200 OK", PrometheusText.ContentType, _text.Create()),
            ("GET", _) => ("404 Not Found", "text/plain", $"the metrics are at {Path}\n"),
            _ => ("405 Method Not Allowed", "text/plain", "only GET is answered\n"),
        };
        byte[] content = Encoding.UTF8.GetBytes(body);
        Send(client, Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n"));
        Send(client, content);
    }

    private static void Send(Socket client, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[client.Send(bytes)..];
        }
    }

    /// <summary>Reads to the end of the headers; a request that is longer, or slower, is answered for what has come.</summary>
    private static string ReadRequestLine(Socket client)
    {
        var bytes = new byte[MaxRequest];
        int length = 0;
        long deadline = Environment.TickCount64 + TimeoutMilliseconds;
        while (length < bytes.Length && Environment.TickCount64 < deadline && bytes.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int received = client.Receive(bytes, length, bytes.Length - length, SocketFlags.None);
            if (received == 0)
            {
                break;
            }

            length += received;
        }

        string text = Encoding.ASCII.GetString(bytes, 0, length);
        int end = text.IndexOf("\r\n", StringComparison.Ordinal);
        return end < 0 ? "" : text[..end];
    }
}
