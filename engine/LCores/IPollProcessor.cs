namespace PollIO;

/// <summary>
/// What an lcore does: implemented by a struct, so that the poll loop is compiled for it and calls it directly.
/// </summary>
public interface IPollProcessor
{
    /// <summary>Whether nothing is left to do; asked once in about a thousand polls. The lcore then ends.</summary>
    bool IsCompleted { get; }

    /// <summary>
    /// Polls once: receives from every queue, works, transmits. Never blocks. With <see cref="IdleStrategy.Interrupt"/> a queue that
    /// is left out of the poll after arming may sleep on packets.
    /// </summary>
    /// <returns>Packets moved; 0 makes the poll idle.</returns>
    int Poll();
}
