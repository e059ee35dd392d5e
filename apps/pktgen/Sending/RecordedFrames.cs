namespace PollIO.Apps.Pktgen.Sending;

/// <summary>The frames of a recording, once or again and again.</summary>
internal readonly struct RecordedFrames(RecordingCursor cursor) : IFrameSource
{
    private readonly RecordingCursor _cursor = cursor;

    public int MaxSize => _cursor.MaxSize;

    public bool HasNext => _cursor.HasNext;

    public long Gap => _cursor.Gap;

    public int Write(Packet packet, long time) => _cursor.Write(packet);
}
