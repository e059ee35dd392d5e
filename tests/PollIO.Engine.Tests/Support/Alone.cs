namespace PollIO.Tests;

/// <summary>For tests that change what the whole process shares (thread affinity, limits) or need a CPU to themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
