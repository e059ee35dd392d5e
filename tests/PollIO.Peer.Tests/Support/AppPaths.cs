namespace PollIO.Peer.Tests.Support;

/// <summary>Where the built apps, and the scripts of the lab, are.</summary>
internal static class AppPaths
{
    private static readonly DirectoryInfo s_folder = new(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>The folder that holds the repository.</summary>
    private static string Root => s_folder.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <summary>An app, of the configuration the test was built with.</summary>
    internal static string Of(string name) => Path.Combine(Root, "apps", name, "bin", s_folder.Parent!.Name, s_folder.Name, $"{name}.dll");

    /// <summary>A file of tests/lab.</summary>
    internal static string InLab(string name) => Path.Combine(Root, "tests", "lab", name);
}
