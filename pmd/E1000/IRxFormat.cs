namespace PollIO.Pmd.E1000;

/// <summary>Where a chip puts what it says of a received frame; a queue is compiled for one format.</summary>
internal interface IRxFormat
{
    /// <summary>Status in the low bits, errors from bit 24, in the extended format's positions.</summary>
    static abstract uint StatusOf(ulong command);

    /// <summary>Bytes the device wrote to the buffer, as it says.</summary>
    static abstract int LengthOf(ulong command);
}
