using System.Runtime.InteropServices;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>Memory of a peer that only the test writes, with memory on either side that nobody may.</summary>
internal sealed unsafe class GuardedArena : IDisposable
{
    internal const ulong Guest = 0x1_0000_0000;
    internal const ulong User = 0x7f00_0000_0000;
    internal const int Length = 256 << 10;

    private const int Margin = 64 << 10;
    private const byte Canary = 0xa5;

    private readonly byte* _block = (byte*)NativeMemory.AlignedAlloc(Length + (2 * Margin), 4096);

    internal GuardedArena()
    {
        new Span<byte>(_block, Length + (2 * Margin)).Fill(Canary);
        Memory = new PeerMemory([new PeerRegion(Guest, User, Length / 2, (nint)Start), new PeerRegion(Guest + (Length / 2), User + (Length / 2), Length / 2, (nint)(Start + (Length / 2)))]);
    }

    internal byte* Start => _block + Margin;

    internal Span<byte> Bytes => new(Start, Length);

    /// <summary>The arena as a peer's memory: two regions that touch.</summary>
    internal PeerMemory Memory { get; }

    internal void AssertIntact()
    {
        Assert.False(new Span<byte>(_block, Margin).ContainsAnyExcept(Canary), "written before the shared memory");
        Assert.False(new Span<byte>(Start + Length, Margin).ContainsAnyExcept(Canary), "written behind the shared memory");
    }

    public void Dispose() => NativeMemory.AlignedFree(_block);
}
