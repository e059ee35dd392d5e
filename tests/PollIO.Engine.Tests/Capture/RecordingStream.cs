namespace PollIO.Tests.Capture;

/// <summary>Keeps what is written and where each write ended; refuses writes beyond a limit as a full disk does.</summary>
internal sealed class RecordingStream(long limit = long.MaxValue) : MemoryStream
{
    internal List<int> WriteEnds { get; } = [];

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Length + buffer.Length > limit)
        {
            throw new IOException("No space left on device", 28);
        }

        base.Write(buffer);
        WriteEnds.Add((int)Length);
    }
}
