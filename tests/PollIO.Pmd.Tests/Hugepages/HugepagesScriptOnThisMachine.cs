using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "peer")]
[Collection(HugepagesCollection.Name)]
public sealed class HugepagesScriptOnThisMachine
{
    [Fact]
    public void ReservesExactlyWhatItIsAskedForAndShowsIt()
    {
        SkipUnlessOneNodeThatCanChange();
        HugepagePool before = HugepageReservation.Pool;
        long wanted = before.Total + 2;
        try
        {
            ScriptRun run = ScriptRun.Of("--pagesize", "2M", "--reserve", HugepageInfo.FormatSize(wanted * HugepageReservation.PageSize), "--show");

            Assert.SkipWhen(run.Error.Contains("got ", StringComparison.Ordinal), "the kernel granted fewer pages");
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Equal(wanted, HugepageReservation.Pool.Total);
            Assert.Contains($"{wanted} pages of 2M reserved", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            HugepageReservation.SetTotal(before.Total);
        }

        Assert.Equal(before.Total, HugepageReservation.Pool.Total);
    }

    [Fact]
    public void RemedyOfARefusedAllocationMakesItSucceed()
    {
        SkipUnlessOneNodeThatCanChange();
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        HugepagePool before = HugepageReservation.Pool;
        try
        {
            var allocator = new HugepageAllocator();
            var request = new DmaRequest((nuint)((before.Available + 2) * HugepageReservation.PageSize));
            PollIOException error = Assert.Throws<PollIOException>(() => allocator.Allocate(request));
            const string Command = "sudo ./hugepages.sh ";
            Assert.StartsWith(Command, error.Remedy, StringComparison.Ordinal);

            ScriptRun run = ScriptRun.Of(error.Remedy![Command.Length..].Split(' '));

            Assert.SkipWhen(run.Error.Contains("got ", StringComparison.Ordinal), "the kernel granted fewer pages");
            allocator.Free(allocator.Allocate(request));
        }
        finally
        {
            HugepageReservation.SetTotal(before.Total);
        }
    }

    [Fact]
    public void MountsOnceAndUnmounts()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        Assert.SkipUnless(HugepageReservation.Pool.PageSize > 0, "the kernel has no 2 MiB hugepages");
        string directory = Path.Combine(Path.GetTempPath(), $"pollio hugetlbfs {Environment.ProcessId}");
        try
        {
            ScriptRun first = ScriptRun.Of("--mount", "--pagesize", "2M", "--directory", directory, "--owner", "nobody:65534");
            Assert.SkipWhen(first.Error.Contains("permission denied", StringComparison.OrdinalIgnoreCase), "this container may not mount");
            Assert.Equal((0, ""), (first.ExitCode, first.Error));
            Assert.Contains(new HugetlbfsMount(directory, HugepageReservation.PageSize), HugepageInfo.Read().Mounts);

            ScriptRun second = ScriptRun.Of("--mount", "--pagesize", "2M", "--directory", directory);
            Assert.Equal((0, $"{directory} is mounted already\n"), (second.ExitCode, second.Output));
            Assert.Single(HugepageInfo.Read().Mounts, mount => mount.Path == directory);

            CheckFileOfThatPageSize(directory);
            if (HugepageInfo.Read().Find(HugepageAllocator.OneGigabyte) is not null)
            {
                ScriptRun other = ScriptRun.Of("--mount", "--pagesize", "1G", "--directory", directory);
                Assert.Equal(1, other.ExitCode);
                Assert.Contains("has a hugetlbfs of 2M pages", other.Error, StringComparison.Ordinal);
            }

            ScriptRun unmount = ScriptRun.Of("--unmount", "--directory", directory);
            Assert.Equal((0, $"{directory} unmounted\n"), (unmount.ExitCode, unmount.Output));
            Assert.DoesNotContain(HugepageInfo.Read().Mounts, mount => mount.Path == directory);
            Assert.Equal((0, $"{directory} is not mounted\n"), Again(directory));
        }
        finally
        {
            ScriptRun.Of("--unmount", "--directory", directory);
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory);
            }
        }
    }

    [Fact]
    public void MountNeverHidesFiles()
    {
        Assert.SkipUnless(HugepageReservation.Pool.PageSize > 0, "the kernel has no 2 MiB hugepages");
        string directory = Directory.CreateTempSubdirectory("pollio-full-").FullName;
        File.WriteAllText(Path.Combine(directory, "file"), "");
        try
        {
            ScriptRun run = ScriptRun.Of("--mount", "--directory", directory);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains(Environment.IsPrivilegedProcess ? "is not empty" : "needs root", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(HugepageInfo.Read().Mounts, mount => mount.Path == directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static (int ExitCode, string Output) Again(string directory)
    {
        ScriptRun run = ScriptRun.Of("--unmount", "--directory", directory);
        return (run.ExitCode, run.Output);
    }

    private static void CheckFileOfThatPageSize(string directory)
    {
        if (!NativeShim.IsAvailable)
        {
            return;
        }

        string path = Path.Combine(directory, "region");
        int fd = NativeHugepages.CreateFile(path);
        Assert.InRange(fd, 0, int.MaxValue);
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true);
        Assert.Equal(HugepageReservation.PageSize, NativeHugepages.PageSize(file));
        Assert.Equal(-17, NativeHugepages.CreateFile(path));
        File.Delete(path);
    }

    private static void SkipUnlessOneNodeThatCanChange()
    {
        Assert.SkipUnless(HugepageReservation.CanChange, "reserving hugepages of 2 MiB needs root and a kernel that has them");
        Assert.SkipUnless(HugepageInfo.Read().NodePools.Count(p => p.PageSize == HugepageReservation.PageSize) <= 1, "several NUMA nodes: each would be given the size");
    }
}
