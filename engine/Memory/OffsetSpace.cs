namespace PollIO;

/// <summary>
/// Keeps account of which parts of an allocator's window are free. First fit; neighbours that are free become one. Not thread-safe.
/// </summary>
public sealed class OffsetSpace
{
    private readonly List<(long Offset, long Length)> _free;

    /// <summary>Creates a space of <paramref name="length"/> bytes, all free.</summary>
    public OffsetSpace(long length) => _free = [(0, length)];

    /// <summary>Takes the lowest part that is large enough.</summary>
    /// <returns>Its offset, or -1 when none is.</returns>
    public long Take(long length)
    {
        for (int i = 0; i < _free.Count; i++)
        {
            (long offset, long available) = _free[i];
            if (available < length)
            {
                continue;
            }

            if (available == length)
            {
                _free.RemoveAt(i);
            }
            else
            {
                _free[i] = (offset + length, available - length);
            }

            return offset;
        }

        return -1;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long offset, long length)
    {
        int next = _free.FindIndex(part => part.Offset > offset);
        next = next < 0 ? _free.Count : next;
        if (next < _free.Count && offset + length == _free[next].Offset)
        {
            length += _free[next].Length;
            _free.RemoveAt(next);
        }

        if (next > 0 && _free[next - 1].Offset + _free[next - 1].Length == offset)
        {
            _free[next - 1] = (_free[next - 1].Offset, _free[next - 1].Length + length);
        }
        else
        {
            _free.Insert(next, (offset, length));
        }
    }
}
