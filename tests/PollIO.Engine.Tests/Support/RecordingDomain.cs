namespace PollIO.Tests;

/// <summary>Writes down what it is told, and refuses on request.</summary>
internal sealed class RecordingDomain(string name, List<string>? journal = null) : DmaDomain(name)
{
    private readonly Lock _lock = new();
    private readonly List<DmaRegion> _mapped = [];

    /// <summary>What every domain that shares it was told, in order: "name+address" and "name-address".</summary>
    internal List<string> Journal { get; } = journal ?? [];

    /// <summary>Refuses the region it says true for.</summary>
    internal Predicate<DmaRegion> Refuses { get; set; } = static _ => false;

    internal IReadOnlyList<DmaRegion> Mapped
    {
        get
        {
            lock (_lock)
            {
                return [.. _mapped];
            }
        }
    }

    internal bool Reaches(nint address)
    {
        lock (_lock)
        {
            return _mapped.Exists(region => region.Contains(address, 1));
        }
    }

    protected internal override void Map(DmaRegion region)
    {
        if (Refuses(region))
        {
            throw new PollIOException("map for device", Name, "refused by the test");
        }

        lock (_lock)
        {
            Assert.DoesNotContain(region, _mapped);
            _mapped.Add(region);
            Journal.Add($"{Name}+{region.Address:x}");
        }
    }

    protected internal override void Unmap(DmaRegion region)
    {
        lock (_lock)
        {
            Assert.Contains(region, _mapped);
            _mapped.Remove(region);
            Journal.Add($"{Name}-{region.Address:x}");
        }
    }
}
