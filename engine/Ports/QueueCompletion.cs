namespace PollIO;

/// <summary>Why a queue has come to its end.</summary>
/// <param name="Error">Null when the end is the natural one (a capture file was read to its end), else what went wrong.</param>
public sealed record QueueCompletion(PollIOException? Error)
{
    /// <summary>The natural end of a source.</summary>
    public static QueueCompletion EndOfSource { get; } = new(Error: null);
}
