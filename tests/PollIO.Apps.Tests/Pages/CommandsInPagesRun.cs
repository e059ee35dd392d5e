using System.Text.RegularExpressions;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pages;

/// <summary>
/// Shell blocks of the pages say what tests do with them: "sh test" is run here, "sh lab" in the lab's guest (PollIO.Lab.Tests),
/// "sh not-run" by nobody, and the page says so. "interfaces" after "test" wants the kernel interfaces eth1 and eth2, on one wire;
/// "ctrl-c" has commands that do not end by themselves.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed partial class CommandsInPagesRun
{
    private const string LabPage = "apps/tutorial.md";
    private const string NotRun = "not run by the tests";

    private static readonly string[] s_languages = ["sh", "csharp", "xml", "yaml", "text"];

    public static TheoryData<string> Tested => Marked(interfaces: false);

    public static TheoryData<string> OnInterfaces => Marked(interfaces: true);

    [Theory]
    [MemberData(nameof(Tested))]
    public async Task EveryCommandEndsWell(string place)
    {
        PageBlock block = PageBlock.All("sh").Single(block => block.ToString() == place);
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        Assert.SkipWhen(configuration != "Release" && block.Text.Contains("Release", StringComparison.Ordinal), $"{place} runs a Release build, and this is {configuration}");
        using PageScript script = await PageScript.CreateAsync(block);

        ToolResult result = await script.RunAsync();

        Assert.True(result.ExitCode == 0, $"{place} ended with {result.ExitCode}: {result.Output}{result.Error}");
    }

    [Theory]
    [MemberData(nameof(OnInterfaces))]
    [Trait("tier", "peer")]
    public async Task EveryCommandOnInterfacesEndsWell(string place)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network interfaces needs root");
        ToolRunner.Require("iproute2 util-linux", "ip", "unshare");
        await EveryCommandEndsWell(place);
    }

    [Fact]
    public void EveryBlockSaysWhatItIs()
    {
        Assert.All(PageBlock.All(), block => Assert.True(s_languages.Contains(block.Language), $"{block}: '{block.Language}' is no language"));
        foreach (PageBlock block in PageBlock.All("sh"))
        {
            Assert.True(
                block.Marks is ["test", ..] or ["lab"] or ["not-run"] && block.Marks.Skip(1).All(mark => mark is "interfaces" or "ctrl-c"),
                $"{block}: '{string.Join(' ', block.Marks)}'");
            Assert.True(block.Marks[0] != "lab" || block.Page == LabPage, $"{block}: the lab runs the blocks of {LabPage} only");
            Assert.True(block.Marks[0] != "not-run" || block.Before.Contains(NotRun, StringComparison.Ordinal), $"{block} is {NotRun}, and the text before it does not say so");
        }
    }

    /// <summary>Blocks by indentation could not be marked.</summary>
    [Fact]
    public void EveryBlockIsFenced()
    {
        foreach (string page in PageBlock.Pages)
        {
            string prose = Block().Replace(PageBlock.Read(page), "");
            Assert.False(Indented().IsMatch(prose), $"{page}: {Indented().Match(prose).Value}");
        }
    }

    [Fact]
    public void LinksBetweenPagesLeadSomewhere()
    {
        foreach (string page in PageBlock.Pages)
        {
            foreach (Match link in Link().Matches(PageBlock.Read(page)))
            {
                string target = Path.Combine(PageBlock.Root, Path.GetDirectoryName(page)!, link.Groups[1].Value);
                Assert.True(Path.Exists(target), $"{page} links to {link.Groups[1].Value}");
            }
        }
    }

    private static TheoryData<string> Marked(bool interfaces) =>
        [.. PageBlock.All("sh").Where(block => block.Marks is ["test", ..] && block.Marks.Contains("interfaces") == interfaces).Select(block => block.ToString())];

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\n {4}.*", RegexOptions.Multiline)]
    private static partial Regex Indented();
}
