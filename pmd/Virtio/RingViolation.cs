namespace PollIO.Pmd.Virtio;

/// <summary>What the other side of a virtqueue did that the specification rules out; the queue stops there.</summary>
internal enum RingViolation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An index moved further than there are entries.</summary>
    IndexJump,

    /// <summary>A descriptor or buffer id that is not in the ring, or not in flight.</summary>
    BadId,

    /// <summary>A length beyond the buffer, or an indirect table of an impossible length.</summary>
    BadLength,

    /// <summary>An address outside the memory shared.</summary>
    BadAddress,

    /// <summary>A chain longer than the ring: it loops.</summary>
    ChainLoop,

    /// <summary>A buffer for reading where one for writing is due or the reverse, or flags that exclude each other.</summary>
    BadFlags,
}
