namespace PollIO.Capture;

/// <summary>
/// Captures for readers in other processes. Nothing runs until one asks; then a thread connects to the reader's socket and the packets
/// travel over it.
/// </summary>
internal static class LiveCapture
{
    // A runtime may show a session's arguments again when another session begins or ends.
    private const int RememberedSockets = 64;

    private static readonly Lock s_lock = new();
    private static readonly Queue<string> s_served = new();

    /// <summary>Serves a reader in the background; a socket that was served already is passed over.</summary>
    internal static void Begin(string socket)
    {
        lock (s_lock)
        {
            if (s_served.Contains(socket))
            {
                return;
            }

            if (s_served.Count == RememberedSockets)
            {
                s_served.Dequeue();
            }

            s_served.Enqueue(socket);
        }

        var session = new LiveCaptureSession(socket);
        new Thread(session.Run) { IsBackground = true, Name = "pollio-capture-session" }.UnsafeStart();
    }
}
