namespace PollIO.Apps.Tests.Support;

/// <summary>Tests that run l2fwd as a process, one after the other: each wants the CPUs for itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "l2fwd processes";
}
