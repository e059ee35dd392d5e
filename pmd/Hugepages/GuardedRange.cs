namespace PollIO.Pmd.Hugepages;

/// <summary>A mapping under the <see cref="SigbusGuard"/>. Dispose it before the mapping goes.</summary>
public sealed class GuardedRange : IDisposable
{
    private readonly Lock _lock = new();
    private int _number;
    private long _lastFaults;

    internal GuardedRange(int number, nint address, nuint length, nuint pageSize)
    {
        _number = number;
        Address = address;
        Length = length;
        PageSize = pageSize;
    }

    /// <summary>First byte guarded.</summary>
    public nint Address { get; }

    /// <summary>Bytes guarded.</summary>
    public nuint Length { get; }

    /// <summary>Bytes replaced at one fault.</summary>
    public nuint PageSize { get; }

    /// <summary>
    /// Faults survived so far: above 0 the mapping's owner took pages away, and what is read there is not what the peer wrote.
    /// A system call that is given such a page fails with EFAULT and is not counted.
    /// </summary>
    public long Faults
    {
        get
        {
            lock (_lock)
            {
                return _number < 0 ? _lastFaults : NativeSigbus.Hits(_number);
            }
        }
    }

    /// <summary>Ends the guard; <see cref="Faults"/> keeps its last value.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_number < 0)
            {
                return;
            }

            _lastFaults = NativeSigbus.Hits(_number);
            _ = NativeSigbus.Unregister(_number);
            _number = -1;
        }
    }
}
