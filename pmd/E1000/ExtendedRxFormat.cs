using System.Runtime.CompilerServices;

namespace PollIO.Pmd.E1000;

/// <summary>The 82574's format with RFCTL.EXTEN: status and errors, length, tag (82574 datasheet §7.1).</summary>
internal readonly struct ExtendedRxFormat : IRxFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StatusOf(ulong command) => (uint)command;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(ulong command) => (ushort)(command >> 32);
}
