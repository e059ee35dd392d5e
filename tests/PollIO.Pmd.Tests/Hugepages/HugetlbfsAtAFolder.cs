using PollIO.Tests.Support;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>A hugetlbfs of 2 MiB pages at a folder; unmounted on dispose, whoever still has files of it open.</summary>
internal sealed class HugetlbfsAtAFolder : IDisposable
{
    private HugetlbfsAtAFolder(string path) => Path = path;

    internal string Path { get; }

    /// <summary>Mounts it, or skips the test with the reason.</summary>
    internal static HugetlbfsAtAFolder Mount(string path)
    {
        Directory.CreateDirectory(path);
        ToolResult result = Run("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "nodev", path);
        Assert.SkipUnless(result.ExitCode == 0, $"cannot mount a hugetlbfs: {result.Error}");
        return new HugetlbfsAtAFolder(path);
    }

    public void Dispose() => Assert.Equal(0, Run("umount", "-l", Path).ExitCode);

    private static ToolResult Run(string tool, params string[] arguments) => ToolRunner.RunAsync(tool, arguments).GetAwaiter().GetResult();
}
