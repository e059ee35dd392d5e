using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PollIO.SideBySide.Processes;

/// <summary>
/// A process under test: lines go in, lines come out, and it is gone when this is disposed. Its output is kept for error messages.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_exitTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _name;
    private readonly Task _errors;
    private readonly StringBuilder _tail = new();
    private readonly Lock _tailLock = new();

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        _errors = ReadErrorsAsync();
    }

    /// <summary>The process's number.</summary>
    internal int Id => _process.Id;

    /// <summary>Starts a program.</summary>
    /// <exception cref="PollIOException">It cannot be started.</exception>
    internal static ChildProcess Start(string program, IEnumerable<string> arguments, params ReadOnlySpan<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        try
        {
            return new ChildProcess(Process.Start(start)!, Path.GetFileName(program));
        }
        catch (Win32Exception e)
        {
            throw new PollIOException("start", program, e.Message, innerException: e);
        }
    }

    /// <summary>Asks it to end, as Ctrl-C would; one that has ended already is left alone.</summary>
    internal void Terminate()
    {
        if (!_process.HasExited)
        {
            ToolRunner.TryRun("sh", ["-c", $"kill -TERM {_process.Id}"]);
        }
    }

    internal async Task WriteLineAsync(string line, CancellationToken cancellation)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellation);
            await _process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    /// <summary>The next line of output, or null at its end.</summary>
    /// <exception cref="PollIOException">None came in time.</exception>
    internal async Task<string?> ReadLineAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            string? line = await _process.StandardOutput.ReadLineAsync(limit.Token);
            if (line is not null)
            {
                Remember(line);
            }

            return line;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PollIOException("read output", _name, $"nothing came for {timeout.TotalSeconds:F0} s; its last words: {Tail}");
        }
    }

    /// <summary>Reads lines until one is accepted.</summary>
    /// <exception cref="PollIOException">The output ended before, or nothing came in time.</exception>
    internal async Task<string> ReadUntilAsync(Func<string, bool> accept, TimeSpan timeout, CancellationToken cancellation)
    {
        while (true)
        {
            string line = await ReadLineAsync(timeout, cancellation) ?? throw Ended();
            if (accept(line))
            {
                return line;
            }
        }
    }

    /// <summary>Closes the input, which every program under test takes as the request to end, and waits; one that stays is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var limit = new CancellationTokenSource(s_exitTimeout);
        try
        {
            // What it still prints must be read, or it waits for room in the pipe.
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is not null)
            {
            }

            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        await _errors;
        _process.Dispose();
    }

    private string Tail
    {
        get
        {
            lock (_tailLock)
            {
                return _tail.ToString().Trim();
            }
        }
    }

    private PollIOException Ended() => new("run", _name, $"it ended early: {Tail}");

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            Remember(line);
        }
    }

    private void Remember(string line)
    {
        const int MaxTail = 600;
        lock (_tailLock)
        {
            _tail.Append(line).Append(" | ");
            if (_tail.Length > MaxTail)
            {
                _tail.Remove(0, _tail.Length - MaxTail);
            }
        }
    }
}
