namespace PollIO.Apps.Common.Setup;

/// <summary>
/// The application's pool. It is made after the ports, which say what they need, and goes after them, because they borrow from it:
/// so its owner is there before either.
/// </summary>
internal sealed class OwnedPool : IDisposable
{
    private PacketPool? _pool;

    /// <summary>Makes the pool.</summary>
    /// <exception cref="PollIOException">The memory cannot be had.</exception>
    internal PacketPool Create(PacketPoolOptions options) => _pool = new PacketPool(options);

    public void Dispose() => _pool?.Dispose();
}
