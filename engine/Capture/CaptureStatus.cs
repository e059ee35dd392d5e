namespace PollIO.Capture;

/// <summary>What the last read of a <see cref="CaptureReader"/> ended with. All but <see cref="Record"/> last until a rewind.</summary>
public enum CaptureStatus
{
    /// <summary>A record was delivered, or none has been asked for yet.</summary>
    Record,

    /// <summary>The file ended where a record ends.</summary>
    EndOfFile,

    /// <summary>The file ends inside a record or block; every complete record before it has been delivered.</summary>
    Truncated,

    /// <summary>The file breaks a rule of its format, so that what follows cannot be found or trusted.</summary>
    Corrupt,

    /// <summary>The file holds something PollIO does not read: packets that are not Ethernet, a later format version.</summary>
    Unsupported,

    /// <summary>The system refused a read.</summary>
    ReadFailed,
}
