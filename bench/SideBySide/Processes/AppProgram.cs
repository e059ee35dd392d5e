namespace PollIO.SideBySide.Processes;

/// <summary>How the applications beside this program are started.</summary>
internal static class AppProgram
{
    /// <summary>Program and arguments of an application, in a network namespace when one is named.</summary>
    /// <param name="networkNamespace">Where its interfaces are, or null.</param>
    /// <param name="name">Its name: "pktgen" for example.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static (string Program, string[] Arguments) Command(string? networkNamespace, string name, params ReadOnlySpan<string> arguments)
    {
        string host = Environment.ProcessPath!;
        string path = Path.Combine(AppContext.BaseDirectory, name);
        string[] app = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, $"{path}.dll"] : [path];
        return SelfProcess.NetworkNamespaceCommand(networkNamespace, [.. app, .. arguments]);
    }

    /// <summary>A running application of which only the one line of its JSON summary is wanted.</summary>
    internal static ChildProcess Start(string? networkNamespace, string name, params ReadOnlySpan<string> arguments)
    {
        (string program, string[] command) = Command(networkNamespace, name, [.. arguments, "--json", "-"]);
        return ChildProcess.Start(program, command);
    }
}
