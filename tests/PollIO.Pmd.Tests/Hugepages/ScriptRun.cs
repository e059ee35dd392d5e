using System.Diagnostics;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>One run of hugepages.sh.</summary>
internal sealed record ScriptRun(int ExitCode, string Output, string Error)
{
    private static string Script { get; } = FindScript();

    internal static ScriptRun Of(params string[] arguments) => Start(null, [], arguments);

    internal static ScriptRun On(FakeMachine machine, params string[] arguments) => Start(machine, [], arguments);

    /// <summary>Runs it as the user nobody; the caller is root.</summary>
    internal static ScriptRun AsNobody(params string[] arguments) =>
        Start(null, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], arguments);

    private static ScriptRun Start(FakeMachine? machine, string[] prefix, string[] arguments)
    {
        // By way of standard input: nobody may lack the right to enter the directory it lies in.
        string[] command = [.. prefix, "bash", "-s", "--", .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["POLLIO_HUGEPAGES_ROOT"] = machine?.Root ?? "";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(Script);
        process.StandardInput.Close();
        process.WaitForExit();
        return new ScriptRun(process.ExitCode, output.Result, error.Result);
    }

    private static string FindScript()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "hugepages.sh");
            if (File.Exists(path))
            {
                return File.ReadAllText(path);
            }
        }

        throw new FileNotFoundException($"hugepages.sh is in no directory above {AppContext.BaseDirectory}");
    }
}
