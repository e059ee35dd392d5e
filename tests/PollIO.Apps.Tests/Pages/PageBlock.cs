namespace PollIO.Apps.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line its fence is on.</param>
/// <param name="Language">The first word after the fence.</param>
/// <param name="Marks">The words that follow it: for shell blocks, whether tests run the commands, where, and how.</param>
/// <param name="Before">The prose between the block before it, or the page's beginning, and this one, in one line.</param>
/// <param name="Text">What is in it.</param>
public sealed record PageBlock(string Page, int Line, string Language, IReadOnlyList<string> Marks, string Before, string Text)
{
    private const string Fence = "```";

    internal static string Root { get; } = FindRoot();

    /// <summary>Every page of the repository, by its path from the root.</summary>
    internal static IReadOnlyList<string> Pages { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" || folder.StartsWith('.'))).Order(StringComparer.Ordinal),
    ];

    internal static string Read(string page) => File.ReadAllText(Path.Combine(Root, page));

    internal static IEnumerable<PageBlock> All() => Pages.SelectMany(In);

    internal static IEnumerable<PageBlock> All(string language) => All().Where(block => block.Language == language);

    /// <inheritdoc/>
    public override string ToString() => $"{Page}:{Line}";

    private static IEnumerable<PageBlock> In(string page)
    {
        string[] lines = Read(page).Split('\n');
        int prose = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.TrimEnd() == Fence);
            Assert.True(end > i, $"{page}:{i + 1}: the block has no end");
            string[] words = lines[i][Fence.Length..].Split(' ', StringSplitOptions.TrimEntries);
            yield return new PageBlock(page, i + 1, words[0], words[1..], string.Join(' ', lines[prose..i]), string.Join('\n', lines[(i + 1)..end]) + "\n");
            prose = end + 1;
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
