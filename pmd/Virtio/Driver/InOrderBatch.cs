namespace PollIO.Pmd.Virtio.Driver;

/// <summary>
/// With VIRTIO_F_IN_ORDER a device may write one used entry for a batch, that of its last buffer (virtio 1.2 §2.7.9, §2.8.8): this
/// tells the buffers of the batch one by one.
/// </summary>
internal unsafe struct InOrderBatch
{
    private readonly ushort* _counts;
    private uint _last;
    private uint _lastLength;
    private bool _inside;

    internal InOrderBatch(ushort* counts) => _counts = counts;

    /// <summary>Position of the next buffer the device uses.</summary>
    internal uint Next { get; private set; }

    /// <summary>Whether the next buffer needs a used entry to be read.</summary>
    internal readonly bool NeedsEntry => !_inside;

    /// <summary>Begins a batch that ends with the buffer <paramref name="id"/>.</summary>
    /// <returns>False when that buffer is not in flight.</returns>
    internal bool TryBegin(uint id, uint length, uint published, uint mask)
    {
        uint distance = (id - Next) & mask;
        if (id > mask || distance >= published - Next)
        {
            return false;
        }

        _last = Next + distance;
        _lastLength = length;
        return true;
    }

    /// <summary>Takes one buffer of the batch.</summary>
    /// <returns>False when the batch ends inside a chain.</returns>
    internal bool TryTake(uint mask, out uint id, out uint length)
    {
        id = Next & mask;
        length = Next == _last ? _lastLength : IDriverLayout.FullLength;
        if ((int)(_last - Next) < 0)
        {
            return false;
        }

        _inside = Next != _last;

        // SAFETY: there is a count for every slot.
        Next += _counts[id];
        return true;
    }
}
