using PollIO.Peer.Tests.Support;

namespace PollIO.Pmd.Tests.Support;

/// <summary>Two kernels with addresses in one subnet, and the wires from each to this machine.</summary>
internal sealed class TwoPeers : IDisposable
{
    private readonly Stack<IDisposable> _parts = new();

    internal TwoPeers(int mtu = 1500)
    {
        NetworkNamespace.Require();
        try
        {
            First = Make(1, mtu);
            Second = Make(2, mtu);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The wire to 10.99.0.1 and 2001:db8::1.</summary>
    internal VethPair First { get; } = null!;

    /// <summary>The wire to 10.99.0.2 and 2001:db8::2.</summary>
    internal VethPair Second { get; } = null!;

    /// <summary>Pings from the first peer: each as soon as the last was answered, or every <paramref name="interval"/> seconds.</summary>
    /// <returns>How many of <paramref name="count"/> were answered.</returns>
    internal async Task<int> PingAsync(string address, int count, int size = 64, double? interval = null)
    {
        string output = (await First.Peer.ExecuteInsideAsync("ping", Ping.Arguments(address, count, size, interval))).Output;
        return Ping.Parse(output, count).Received;
    }

    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private VethPair Make(int host, int mtu)
    {
        var peer = new NetworkNamespace();
        _parts.Push(peer);
        var wire = new VethPair(peer, mtu);
        _parts.Push(wire);
        wire.AddAddresses(host);
        return wire;
    }
}
