namespace PollIO;

/// <summary>
/// Who can reach <see cref="DmaMemory"/>: a VFIO container, a vhost-user connection. Attached to the memory, it is told of
/// every region there is and of each that comes or goes while it runs.
/// </summary>
public abstract class DmaDomain
{
    /// <summary>Creates a domain that reaches nothing until <see cref="DmaMemory.Attach"/>.</summary>
    /// <param name="name">For messages: the container or connection.</param>
    protected DmaDomain(string name) => Name = name;

    /// <summary>The container or connection, for messages.</summary>
    public string Name { get; }

    /// <summary>Makes <paramref name="region"/> reachable. Called with the memory's lock held; must not allocate from it.</summary>
    /// <exception cref="PollIOException">The device or peer refused; the region is then not added at all.</exception>
    protected internal abstract void Map(DmaRegion region);

    /// <summary>Takes <paramref name="region"/> away; when it returns, the device or peer cannot reach it. Must not throw.</summary>
    protected internal abstract void Unmap(DmaRegion region);
}
