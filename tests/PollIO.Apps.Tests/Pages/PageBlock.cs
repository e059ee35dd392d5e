namespace PollIO.Apps.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line its fence is on.</param>
/// <param name="Language">The first word after the fence.</param>
/// <param name="Mark">What follows it: for shell blocks, whether tests run the commands, and where.</param>
/// <param name="Text">What is in it.</param>
public sealed record PageBlock(string Page, int Line, string Language, string Mark, string Text)
{
    private const string Fence = "```";

    internal static string Root { get; } = FindRoot();

    /// <summary>Every page: README.md at the root, and what is in the folders of the product.</summary>
    internal static IReadOnlyList<string> Pages { get; } =
    [
        "README.md",
        .. ((string[])["engine", "pmd", "apps"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path)).Where(path => !path.Split('/').Contains("bin")).Order(StringComparer.Ordinal),
    ];

    internal static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    internal static IEnumerable<PageBlock> All(string language) => Pages.SelectMany(In).Where(block => block.Language == language);

    /// <inheritdoc/>
    public override string ToString() => $"{Page}:{Line}";

    private static IEnumerable<PageBlock> In(string page)
    {
        string[] lines = Read(page).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == Fence);
            Assert.True(end > i, $"{page}:{i + 1}: the block has no end");
            string[] words = lines[i][Fence.Length..].Split(' ', 2);
            yield return new PageBlock(page, i + 1, words[0], words.Length > 1 ? words[1].Trim() : "", string.Join('\n', lines[(i + 1)..end]) + "\n");
            i = end;
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PollIO.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("PollIO.sln is above the tests");
        }

        return folder.FullName;
    }
}
