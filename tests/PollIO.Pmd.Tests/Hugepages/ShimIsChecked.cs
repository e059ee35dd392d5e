using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class ShimIsChecked
{
    [Fact]
    public void MissingLibraryEndsInOneErrorThatNamesThePackages()
    {
        string? problem = NativeShim.Probe("pollio_absent");

        Assert.NotNull(problem);
        PollIOException error = Assert.Throws<PollIOException>(() => NativeShim.Require("allocate hugepages", "2 MiB hugepages", problem));
        Assert.Contains("libpollio_absent.so was not found", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install gcc libc6-dev cmake make", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void LibraryOfSomeoneElseIsRefused() =>
        Assert.EndsWith("is not PollIO's", NativeShim.Probe("libc.so.6"), StringComparison.Ordinal);

    [Fact]
    public void BuiltLibraryIsAccepted()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "libpollio_vfio.so");
        Assert.SkipUnless(File.Exists(path), "libpollio_vfio.so was not built: no C toolchain");

        Assert.Null(NativeShim.Problem);
        Assert.True(NativeShim.IsAvailable);
        Assert.True(SigbusGuard.IsAvailable);
        Assert.Null(SigbusGuard.UnavailableReason);
    }
}
