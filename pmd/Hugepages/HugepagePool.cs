namespace PollIO.Pmd.Hugepages;

/// <summary>The kernel's pool of hugepages of one size, of the whole machine or of one NUMA node.</summary>
/// <param name="PageSize">Bytes in a page.</param>
/// <param name="NumaNode">The node, or -1 for the whole machine.</param>
/// <param name="Total">Pages there are (nr_hugepages).</param>
/// <param name="Free">Pages that nobody has touched (free_hugepages).</param>
/// <param name="Reserved">Free pages promised to a mapping (resv_hugepages); 0 for a node, where the kernel does not say.</param>
/// <param name="Surplus">Pages beyond the pool's set size, taken on demand (surplus_hugepages).</param>
public readonly record struct HugepagePool(long PageSize, int NumaNode, long Total, long Free, long Reserved, long Surplus)
{
    /// <summary>Pages a new region can have.</summary>
    public long Available => Free - Reserved;
}
