namespace PollIO.Pmd.Tests.Support;

/// <summary>One silent namespace and the wire to it.</summary>
internal sealed class OnePeer : IDisposable
{
    private readonly NetworkNamespace _peer;

    internal OnePeer(int mtu = 1500)
    {
        NetworkNamespace.Require();
        _peer = new NetworkNamespace();
        try
        {
            Wire = new VethPair(_peer, mtu);
        }
        catch
        {
            _peer.Dispose();
            throw;
        }
    }

    internal VethPair Wire { get; }

    /// <summary>The spec of the port on this machine's end.</summary>
    internal string Spec => $"af_packet:{Wire.Outer}";

    public void Dispose()
    {
        Wire.Dispose();
        _peer.Dispose();
    }
}
