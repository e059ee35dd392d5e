using System.ComponentModel;
using System.Diagnostics;

namespace PollIO.Apps.Tools.Hugepages;

/// <summary><c>pollio hugepages</c>: the script of the repository's root, which lies beside this program, with its options and exit codes.</summary>
internal static class HugepagesCommand
{
    private const string Script = "hugepages.sh";

    internal static int Run(IReadOnlyList<string> arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, Script);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("bash", [path, .. arguments]))!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw new PollIOException("run script", path, "bash cannot be started", e.NativeErrorCode, "apt-get install bash", e);
        }
    }
}
