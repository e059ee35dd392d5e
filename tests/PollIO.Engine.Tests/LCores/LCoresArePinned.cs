namespace PollIO.Tests.LCores;

[Collection(nameof(Alone))]
public sealed class LCoresArePinned
{
    [Fact]
    public void ThreadRunsOnItsCpuOnlyAndUnderItsName()
    {
        foreach (int cpu in CpuSet.GetCurrent())
        {
            var probe = new Probe();
            using LCore core = LCore.Launch(new LCoreOptions { Cpu = cpu, Name = "test-lcore" }, new CallingProcessor(probe));
            Probe.Await(() => Volatile.Read(ref probe.ThreadId) != 0, "the first poll");

            Assert.Equal(cpu, core.Cpu);
            Assert.Equal([cpu], SystemCalls.AffinityOf(probe.ThreadId));
            Assert.NotEqual(Environment.ProcessId, probe.ThreadId);
            Assert.Equal("test-lcore", File.ReadAllText($"/proc/self/task/{probe.ThreadId}/comm").Trim());
        }
    }

    [Fact]
    public void LaunchingThreadKeepsItsOwnAffinity()
    {
        IReadOnlyList<int> before = CpuSet.GetCurrent();
        using LCore core = LCore.Launch(new LCoreOptions { Cpu = before[^1] }, new CallingProcessor(new Probe()));

        Assert.Equal(before, CpuSet.GetCurrent());
    }

    [Fact]
    public void ReservingMovesEveryThreadOffTheLCores()
    {
        IReadOnlyList<int> all = CpuSet.GetCurrent();
        if (all.Count == 1)
        {
            Assert.Empty(CpuSet.ReserveForLCores(all));
            return;
        }

        Dictionary<int, IReadOnlyList<int>> before = Affinities();
        try
        {
            IReadOnlyList<int> rest = CpuSet.ReserveForLCores([all[^1]]);

            Assert.Equal(all.SkipLast(1), rest);
            Assert.All(Affinities(), thread => Assert.DoesNotContain(all[^1], thread.Value));
            Assert.Equal(rest, SystemCalls.AffinityOf(Environment.ProcessId));

            // A thread started now stays off too, and an lcore can still be pinned there.
            LCoreThread.RunAll((false, () => Assert.Equal(rest, CpuSet.GetCurrent())));
            var probe = new Probe();
            using LCore core = LCore.Launch(new LCoreOptions { Cpu = all[^1] }, new CallingProcessor(probe));
            Probe.Await(() => Volatile.Read(ref probe.ThreadId) != 0, "the first poll");
            Assert.Equal([all[^1]], SystemCalls.AffinityOf(probe.ThreadId));
        }
        finally
        {
            Restore(before, all);
        }
    }

    [Fact]
    public void ReservingEveryCpuChangesNothing()
    {
        Dictionary<int, IReadOnlyList<int>> before = Affinities();

        Assert.Empty(CpuSet.ReserveForLCores(CpuSet.GetCurrent()));

        Assert.All(Affinities().Where(thread => before.ContainsKey(thread.Key)), thread => Assert.Equal(before[thread.Key], thread.Value));
    }

    private static Dictionary<int, IReadOnlyList<int>> Affinities()
    {
        var affinities = new Dictionary<int, IReadOnlyList<int>>();
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int id = int.Parse(Path.GetFileName(task));
            try
            {
                affinities.Add(id, SystemCalls.AffinityOf(id));
            }
            catch (IOException)
            {
                // The thread has ended since.
            }
        }

        return affinities;
    }

    private static void Restore(Dictionary<int, IReadOnlyList<int>> before, IReadOnlyList<int> all)
    {
        foreach (int thread in Affinities().Keys)
        {
            SystemCalls.SetAffinity(thread, before.GetValueOrDefault(thread, all));
        }
    }
}
