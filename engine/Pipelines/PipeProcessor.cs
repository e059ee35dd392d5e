namespace PollIO.Pipelines;

/// <summary>
/// What the lcore of one pipe or more does: <c>LCore.Launch(options, new PipeProcessor([pipe]))</c>. It never blocks and runs no awaiting
/// code.
/// </summary>
public readonly struct PipeProcessor : IPollProcessor
{
    private readonly PacketPipe[] _pipes;

    /// <summary>Polls <paramref name="pipes"/>, each of which one lcore polls at a time.</summary>
    public PipeProcessor(IEnumerable<PacketPipe> pipes) => _pipes = [.. pipes];

    /// <inheritdoc/>
    public bool IsCompleted => Array.TrueForAll(_pipes, static pipe => pipe.IsCompleted);

    /// <inheritdoc/>
    public int Poll()
    {
        int moved = 0;
        foreach (PacketPipe pipe in _pipes)
        {
            moved += pipe.Poll();
        }

        return moved;
    }
}
