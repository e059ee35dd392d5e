namespace PollIO.Pmd.Pci;

/// <summary>How a device interrupts.</summary>
internal enum PciInterruptKind
{
    /// <summary>A shared, level-triggered line; masked by whoever delivers it until it is unmasked again.</summary>
    IntX,

    /// <summary>Message signalled.</summary>
    Msi,

    /// <summary>Message signalled, a vector each source.</summary>
    MsiX,
}
