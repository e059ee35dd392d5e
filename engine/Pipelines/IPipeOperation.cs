namespace PollIO.Pipelines;

/// <summary>What awaiting code asks of an end of a pipe: to read, or to flush. Implemented by structs, so that calls are compiled in.</summary>
internal interface IPipeOperation<TResult>
{
    /// <summary>Whether what was waited for may have come. Asked by any thread, after it saw the wake-up armed.</summary>
    bool MayProceed { get; }

    /// <summary>Goes on as far as it can.</summary>
    /// <param name="cancelled">Whether it was cancelled, and ends for that reason if for no other.</param>
    /// <param name="result">What the operation ended with.</param>
    /// <returns>Whether it ended.</returns>
    bool TryFinish(bool cancelled, out TResult result);
}
