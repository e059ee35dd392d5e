using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace PollIO.Peer.Tests.Support;

/// <summary>A QEMU's control socket (QMP): one request, one answer; what it tells unasked is passed over.</summary>
internal sealed class QemuControl : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _lines;
    private readonly TimeSpan _patience;

    private QemuControl(Socket socket, TimeSpan patience)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _lines = new StreamReader(_stream);
        _patience = patience;
    }

    /// <summary>Connects once there is a socket.</summary>
    internal static async Task<QemuControl> ConnectAsync(string path, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                var control = new QemuControl(socket, patience);
                await control.AskAsync("qmp_capabilities");
                return control;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(start) < patience)
            {
                socket.Dispose();
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Sends a command, which must succeed, and returns what it returns.</summary>
    internal async Task<JsonElement> AskAsync(string command, object? arguments = null)
    {
        await _stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { execute = command, arguments = arguments ?? new { } }));
        while (true)
        {
            string? line = await _lines.ReadLineAsync().WaitAsync(_patience);
            Assert.True(line is not null, $"QEMU left before it answered {command}");
            JsonElement answer = JsonDocument.Parse(line).RootElement;
            Assert.False(answer.TryGetProperty("error", out _), $"{command}: {line}");
            if (answer.TryGetProperty("return", out JsonElement result))
            {
                return result;
            }
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _stream.Dispose();
    }
}
