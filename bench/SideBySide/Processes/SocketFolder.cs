using System.Diagnostics;

namespace PollIO.SideBySide.Processes;

/// <summary>A folder for Unix sockets, gone when disposed.</summary>
internal sealed class SocketFolder : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The folder.</summary>
    internal string Folder { get; } = Directory.CreateTempSubdirectory("pollio-bench-").FullName;

    /// <summary>Where the socket is, or will be, when there is one.</summary>
    internal string Path => System.IO.Path.Combine(Folder, "s");

    /// <summary>Waits until somebody listens.</summary>
    /// <exception cref="PollIOException">Nobody did in time.</exception>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(Path))
        {
            if (clock.Elapsed > s_patience)
            {
                throw new PollIOException("wait for socket", Path, $"nobody listened within {s_patience.TotalSeconds} s");
            }

            await Task.Delay(s_look, cancellation);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
