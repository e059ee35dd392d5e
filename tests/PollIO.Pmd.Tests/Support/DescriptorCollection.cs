namespace PollIO.Pmd.Tests.Support;

/// <summary>Tests that count the process's descriptors run while no other does.</summary>
[CollectionDefinition(nameof(DescriptorCollection), DisableParallelization = true)]
public static class DescriptorCollection;
