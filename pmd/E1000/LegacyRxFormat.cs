using System.Runtime.CompilerServices;

namespace PollIO.Pmd.E1000;

/// <summary>The 8254x's only format: length, checksum, status, errors, tag (8254x SDM §3.2.3).</summary>
internal readonly struct LegacyRxFormat : IRxFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StatusOf(ulong command) => (byte)(command >> 32) | ((uint)(command >> 40) << 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(ulong command) => (ushort)command;
}
