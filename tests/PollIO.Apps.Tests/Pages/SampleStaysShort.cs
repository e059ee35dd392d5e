namespace PollIO.Apps.Tests.Pages;

public sealed class SampleStaysShort
{
    private const int MostLines = 120;

    [Fact]
    public void EchoIsReadAtOnce() => Assert.InRange(
        Directory.EnumerateFiles(Path.Combine(PageBlock.Root, "apps/echo"), "*.cs").Sum(path => File.ReadLines(path).Count()), 1, MostLines);
}
