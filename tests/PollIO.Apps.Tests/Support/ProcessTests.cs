namespace PollIO.Apps.Tests.Support;

/// <summary>Tests that run an app as a process, one after the other: each wants the CPUs for itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "app processes";
}
