namespace PollIO.Apps.Common.Traffic;

/// <summary>What a rate counts.</summary>
internal enum RateUnit
{
    /// <summary>Nothing: as fast as the port takes packets.</summary>
    Unlimited,

    /// <summary>Packets.</summary>
    Packets,

    /// <summary>Bits of frames, without frame check sequence, preamble and gap.</summary>
    Bits,
}
