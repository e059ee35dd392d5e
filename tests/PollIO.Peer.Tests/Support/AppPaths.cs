namespace PollIO.Peer.Tests.Support;

/// <summary>Where the built apps are.</summary>
internal static class AppPaths
{
    /// <summary>An app, of the configuration the test was built with.</summary>
    internal static string Of(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string configuration = folder.Parent!.Name;
        string root = folder.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "apps", name, "bin", configuration, folder.Name, $"{name}.dll");
    }
}
