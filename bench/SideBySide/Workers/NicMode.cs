namespace PollIO.SideBySide.Workers;

/// <summary>What is done on NICs, by testpmd's names.</summary>
internal enum NicMode
{
    /// <summary>Forward between two, touching nothing.</summary>
    Io,

    /// <summary>Make packets and send them.</summary>
    TxOnly,

    /// <summary>Receive and free.</summary>
    RxOnly,
}
