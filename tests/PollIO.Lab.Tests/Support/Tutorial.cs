using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>The commands of apps/tutorial.md that are marked for this guest.</summary>
internal static class Tutorial
{
    private const string Page = "apps/tutorial.md";
    private const string Begin = "```sh lab";
    private const string End = "```";

    internal static IReadOnlyList<string> Commands { get; } = [.. Read()];

    private static IEnumerable<string> Read()
    {
        DirectoryInfo folder = Directory.GetParent(AppPaths.Of("l2fwd"))!;
        while (!File.Exists(Path.Combine(folder.FullName, Page)))
        {
            folder = folder.Parent ?? throw new FileNotFoundException(Page);
        }

        bool inside = false;
        foreach (string line in File.ReadLines(Path.Combine(folder.FullName, Page)))
        {
            if (inside && line != End)
            {
                yield return line;
            }

            inside = line == Begin || (inside && line != End);
        }
    }
}
