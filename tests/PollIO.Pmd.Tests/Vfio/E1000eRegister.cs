namespace PollIO.Pmd.Tests.Vfio;

/// <summary>The registers of the 82574 that these tests touch; datasheet, section 10.2.</summary>
internal static class E1000eRegister
{
    internal const int Bytes = 0x20000;

    internal const int CTRL = 0x00000;
    internal const int STATUS = 0x00008;
    internal const int ICR = 0x000c0;
    internal const int ICS = 0x000c8;
    internal const int IMS = 0x000d0;
    internal const int IMC = 0x000d8;
    internal const int IVAR = 0x000e4;
    internal const int LEDCTL = 0x00e00;

    /// <summary>CTRL.RST: the device starts over.</summary>
    internal const uint RST = 1 << 26;

    internal const uint LSC = 1 << 2;
    internal const uint OTHER = 1 << 24;

    /// <summary>IVAR: every cause to vector 0, each entry valid, and an interrupt at every write-back.</summary>
    internal const uint AllToVector0 = 0x80088888;
}
