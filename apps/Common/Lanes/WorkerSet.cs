namespace PollIO.Apps.Common.Lanes;

/// <summary>The lcores an app has launched and the lanes they serve; disposing it stops them.</summary>
internal abstract class WorkerSet : IDisposable
{
    private readonly List<Worker> _workers = [];

    internal IReadOnlyList<Worker> Workers => _workers;

    /// <summary>Stops the lcores, waits for their ends and frees what their lanes held.</summary>
    internal void Stop()
    {
        _workers.ForEach(worker => worker.Core.Stop());
        foreach (Worker worker in _workers)
        {
            worker.Core.Dispose();
            foreach (Lane lane in worker.Lanes)
            {
                lane.Release();
            }
        }
    }

    public void Dispose() => Stop();

    /// <summary>Adds an lcore that runs.</summary>
    private protected void Add(LCore core, IReadOnlyList<Lane> lanes) => _workers.Add(new Worker(core, lanes));
}
