namespace PollIO;

/// <summary>Where a port is in its life.</summary>
public enum PortState
{
    /// <summary>Opened; nothing configured.</summary>
    Created,

    /// <summary>Configured or stopped: has queues, moves nothing.</summary>
    Stopped,

    /// <summary>Moves packets.</summary>
    Started,

    /// <summary>Gone.</summary>
    Disposed,
}
