using System.Runtime.InteropServices;

namespace PollIO.Pmd.E1000;

/// <summary>
/// One descriptor, RX or TX, of any format: two words, of which the device writes the second. Letters as in <see cref="E1000Registers"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct E1000Descriptor
{
    internal const int Size = 16;

    /// <summary>The buffer's address; in a context descriptor the checksum offsets; in extended write-back the RSS hash or checksum.</summary>
    internal ulong Address;

    /// <summary>Command, length and options as we wrote them, or what the device wrote over them.</summary>
    internal ulong Command;
}
