namespace PollIO.Tests.Capture;

/// <summary>Behaves as a pipe does: cannot seek, and gives a few bytes at a time. Fails with an error instead of ending when told to.</summary>
internal sealed class TricklingStream(byte[] contents, IOException? failure = null) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(1 + (_position % 7), buffer.Length), contents.Length - _position);
        if (count == 0 && failure is not null)
        {
            throw failure;
        }

        contents.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
