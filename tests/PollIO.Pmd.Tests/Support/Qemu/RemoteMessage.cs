using System.Runtime.InteropServices;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>What QEMU's multi-process machine understands (QEMU 7.2, docs/devel/multi-process.rst): a header, data, descriptors.</summary>
internal static class RemoteMessage
{
    internal const int SyncMemory = 0;
    internal const int WriteConfig = 2;
    internal const int ReadConfig = 3;
    internal const int WriteBar = 4;
    internal const int ReadBar = 5;
    internal const int SetInterrupt = 6;

    /// <summary>Regions one <see cref="SyncMemory"/> holds.</summary>
    internal const int MaxRegions = 8;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        internal int Command;
        private readonly int _padding;
        internal ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Config
    {
        internal uint Address;
        internal uint Value;
        internal int Size;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Bar
    {
        internal ulong Address;
        internal ulong Value;
        internal uint Size;
        internal uint IsMemory;
    }
}
