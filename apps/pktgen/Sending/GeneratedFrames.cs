using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>Frames made from templates; they never end.</summary>
internal readonly struct GeneratedFrames(FrameWriter writer) : IFrameSource
{
    private readonly FrameWriter _writer = writer;

    public int MaxSize => _writer.MaxSize;

    public bool HasNext => true;

    public long Gap => 0;

    public int Write(Packet packet, long time) => _writer.Write(packet, time);
}
