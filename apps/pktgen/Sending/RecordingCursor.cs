namespace PollIO.Apps.Pktgen.Sending;

/// <summary>Where a lane is in a recording.</summary>
internal sealed class RecordingCursor(Recording recording, bool loops)
{
    private readonly Recording _recording = recording;
    private readonly bool _loops = loops;
    private int _next;

    internal int MaxSize => _recording.MaxSize;

    internal bool HasNext => _next < _recording.Count;

    /// <summary>Nanoseconds from the frame written last to the next.</summary>
    internal long Gap { get; private set; }

    /// <summary>Fills a packet of <see cref="MaxSize"/> bytes and cuts it to the frame's size.</summary>
    internal int Write(Packet packet)
    {
        ReadOnlySpan<byte> frame = _recording.Frame(_next);
        packet.TryTrimEnd(_recording.MaxSize - frame.Length);
        frame.CopyTo(packet.Data);
        Gap = _recording.GapAfter(_next);
        _next++;
        if (_loops && _next == _recording.Count)
        {
            _next = 0;
        }

        return frame.Length;
    }
}
