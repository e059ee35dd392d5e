namespace PollIO.Pmd.Tests.Vfio;

/// <summary>Tests that take the lab guest's devices: one after the other, and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabDevicesCollection
{
    public const string Name = "lab devices";
}
