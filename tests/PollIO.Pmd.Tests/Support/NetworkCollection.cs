namespace PollIO.Pmd.Tests.Support;

/// <summary>Tests that change the machine's network, one after the other and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NetworkCollection
{
    public const string Name = "network";
}
