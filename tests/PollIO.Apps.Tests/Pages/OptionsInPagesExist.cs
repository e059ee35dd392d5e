using System.Text.RegularExpressions;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pages;

/// <summary>Every option a page gives one of our commands, in prose and in blocks that nobody runs too, is in that command's help.</summary>
[Collection(ProcessTests.Name)]
public sealed partial class OptionsInPagesExist
{
    private static readonly Dictionary<string, string[]> s_commands = new(StringComparer.Ordinal)
    {
        ["l2fwd"] = ["l2fwd"],
        ["pktgen"] = ["pktgen"],
        ["latency"] = ["latency"],
        ["echo"] = ["echo"],
        ["pollio doctor"] = ["pollio", "doctor"],
        ["pollio devbind"] = ["pollio", "devbind"],
        ["pollio capture"] = ["pollio", "capture"],
        ["pollio hugepages"] = ["pollio", "hugepages"],
        ["hugepages.sh"] = ["pollio", "hugepages"],
    };

    public static TheoryData<string> Commands => [.. s_commands.Keys];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task InTheHelpOf(string command)
    {
        ToolResult help = await AppProcess.Of(s_commands[command][0]).RunAsync([.. s_commands[command][1..], "--help"]);
        (string Place, string Option)[] given = [.. PageBlock.Pages.SelectMany(page => OptionsGiven(page, command))];

        Assert.NotEmpty(given);
        Assert.All(given, option => Assert.Matches($@"(?<![\w-]){Regex.Escape(option.Option)}(?![\w-])", help.Output));
    }

    private static IEnumerable<(string Place, string Option)> OptionsGiven(string page, string command) =>
        from Match code in Code().Matches(PageBlock.Read(page))
        from Match call in Regex.Matches(Continued().Replace(code.Value, " "), $@"(?<![\w,-]){Regex.Escape(command)}(\.dll)?( --)?(?= )(?<arguments>[^|;&\n`]*)")
        from Match option in Option().Matches(call.Groups["arguments"].Value)
        select (page, option.Value);

    [GeneratedRegex("^```(?<text>.*?)^```|`[^`]+`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\\\n *")]
    private static partial Regex Continued();

    [GeneratedRegex(@"(?<= )--?[a-z][\w-]*(?=[ =]|$)")]
    private static partial Regex Option();
}
