namespace PollIO.Capture;

/// <summary>Finds the errno behind an exception of the runtime's file classes.</summary>
internal static class IoErrno
{
    internal const int EAGAIN = 11;
    private const int ENOENT = 2;
    private const int EACCES = 13;
    private const int MaxErrno = 4095;

    /// <summary>The positive errno, or 0 when the exception does not tell.</summary>
    internal static int Of(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => ENOENT,
        UnauthorizedAccessException => EACCES,

        // On Unix the runtime stores the raw errno here for every error that has no exception type of its own.
        IOException { HResult: > 0 and <= MaxErrno } => exception.HResult,
        _ => 0,
    };
}
