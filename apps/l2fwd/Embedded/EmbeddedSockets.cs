using System.Numerics;

namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>
/// A folder of its own with the two sockets that join forwarder and generator: the forwarder is device on the first and driver on
/// the second, the generator the other way round.
/// </summary>
internal sealed class EmbeddedSockets : IDisposable
{
    // Buffers a driver's ring may still lack when it waits for a batch to refill.
    private const int Slack = 64;
    private const int MinRing = 256;

    private readonly string _folder = Directory.CreateTempSubdirectory("l2fwd-").FullName;
    private readonly string _keys;

    /// <param name="window">Packets under way at most: a ring that holds them all never refuses one.</param>
    internal EmbeddedSockets(int window)
    {
        uint size = Math.Max(MinRing, BitOperations.RoundUpToPowerOf2((uint)(window + Slack)));
        _keys = $"size={size}&packed=on";
    }

    /// <summary>The forwarder's ports.</summary>
    internal IReadOnlyList<string> Forwarder => [$"vhost:{_folder}/a?{_keys}", $"virtio-user:{_folder}/b?{_keys}"];

    /// <summary>The generator's ports.</summary>
    internal IReadOnlyList<string> Generator => [$"virtio-user:{_folder}/a?{_keys}", $"vhost:{_folder}/b?{_keys}"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
