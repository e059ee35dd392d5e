namespace PollIO.SideBySide.Processes;

/// <summary>How this program starts itself as a worker.</summary>
internal static class SelfProcess
{
    /// <summary>Program and arguments of a worker, in a network namespace when one is named.</summary>
    internal static (string Program, string[] Arguments) Worker(string? networkNamespace, params ReadOnlySpan<string> arguments)
    {
        string host = Environment.ProcessPath!;
        string[] own = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, typeof(SelfProcess).Assembly.Location] : [host];
        return NetworkNamespaceCommand(networkNamespace, [.. own, "worker", .. arguments]);
    }

    /// <summary>A command, run in a network namespace when one is named.</summary>
    internal static (string Program, string[] Arguments) NetworkNamespaceCommand(string? networkNamespace, params ReadOnlySpan<string> command) =>
        networkNamespace is null
            ? (command[0], command[1..].ToArray())
            : ("ip", ["netns", "exec", networkNamespace, .. command]);
}
