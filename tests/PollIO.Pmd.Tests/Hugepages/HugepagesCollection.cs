namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>Tests that change or count the machine's hugepages, one after the other and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HugepagesCollection
{
    public const string Name = "hugepages";
}
