using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pages;

/// <summary>
/// Shell blocks of the pages say what tests do with them: "sh test" is run here, "sh lab" in the lab's guest
/// (PollIO.Lab.Tests), "sh not-run" by nobody, and the page says so.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed class CommandsInPagesRun
{
    private const string NotRun = "not run by the tests";

    private static readonly string[] s_apps = ["l2fwd", "pktgen", "latency", "pollio"];

    public static TheoryData<string> Tested => [.. PageBlock.All("sh").Where(block => block.Mark == "test").Select(block => block.ToString())];

    [Theory]
    [MemberData(nameof(Tested))]
    public async Task EveryCommandEndsWell(string place)
    {
        using var folder = new TemporaryFolder();
        PageBlock block = PageBlock.All("sh").Single(block => block.ToString() == place);
        foreach (string app in s_apps)
        {
            string path = folder.PathOf(app);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\nexec dotnet '{AppProcess.Of(app).Path}' \"$@\"\n", TestContext.Current.CancellationToken);
            await ToolRunner.RunSuccessfullyAsync("chmod", "755", path);
        }

        string script = $"cd '{folder.PathOf(".")}' && PATH=$PWD:$PATH\nset -euo pipefail\n{block.Text}";
        ToolResult result = await ToolRunner.RunAsync("bash", ["-c", script], TimeSpan.FromSeconds(120));

        Assert.True(result.ExitCode == 0, $"{place} ended with {result.ExitCode}: {result.Output}{result.Error}");
    }

    [Fact]
    public void EveryBlockSaysWhetherItIsRun()
    {
        Assert.NotEmpty(Tested);
        foreach (PageBlock block in PageBlock.All("sh"))
        {
            Assert.True(block.Mark is "test" or "lab" or "not-run", $"{block}: '{block.Mark}'");
            Assert.True(block.Mark != "not-run" || PageBlock.Read(block.Page).Contains(NotRun, StringComparison.Ordinal), $"{block} is {NotRun}, and the page does not say so");
        }
    }

    [Fact]
    public void LinksBetweenPagesLeadSomewhere()
    {
        foreach (string page in PageBlock.Pages)
        {
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(PageBlock.Read(page), @"\]\(([^)#:]+)\)"))
            {
                string target = Path.Combine(PageBlock.Root, Path.GetDirectoryName(page)!, link.Groups[1].Value);
                Assert.True(Path.Exists(target), $"{page} links to {link.Groups[1].Value}");
            }
        }
    }
}
