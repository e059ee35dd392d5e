namespace PollIO.Peer.Tests.Support;

/// <summary>Tests that poll cores and time pings run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class PeerCollection
{
    public const string Name = "peers";
}
