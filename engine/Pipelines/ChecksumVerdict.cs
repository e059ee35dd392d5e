namespace PollIO.Pipelines;

/// <summary>What a port found of a received packet's checksum.</summary>
public enum ChecksumVerdict
{
    /// <summary>It did not look.</summary>
    Unknown,

    /// <summary>Right.</summary>
    Good,

    /// <summary>Wrong.</summary>
    Bad,

    /// <summary>The sender left it to the wire, on which the packet never was; a port that sends it on has it finished.</summary>
    Unfinished,
}
