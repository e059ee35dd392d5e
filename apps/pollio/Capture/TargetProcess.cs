using System.Globalization;

namespace PollIO.Apps.Tools.Capture;

/// <summary>The process to capture, as /proc shows it.</summary>
internal sealed class TargetProcess
{
    private const string Operation = "capture process";
    private const string DefaultTemporaryFolder = "/tmp";

    // starttime is field 22 of proc_pid_stat(5); the name in parentheses, field 2, may hold blanks.
    private const int StartTimeAfterName = 19;

    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _environment;

    private TargetProcess(int id, string folder, IReadOnlyDictionary<string, string> environment)
    {
        Id = id;
        _folder = folder;
        _environment = environment;
        Root = File.ResolveLinkTarget(folder + "/ns/mnt", false)?.ToString() == File.ResolveLinkTarget("/proc/self/ns/mnt", false)?.ToString()
            ? ""
            : folder + "/root";
    }

    internal int Id { get; }

    /// <summary>Where its files are for us: nothing, or a folder of /proc when it runs in a container.</summary>
    internal string Root { get; }

    /// <summary>Its folder for temporary files, as it sees it.</summary>
    internal string TemporaryFolder => _environment.TryGetValue("TMPDIR", out string? folder) && folder.StartsWith('/')
        ? Path.TrimEndingDirectorySeparator(folder)
        : DefaultTemporaryFolder;

    /// <summary>Whether an assembly of ours is among its files; one bundled into a single file does not show.</summary>
    internal bool HasEngine => ReadLines("maps").Any(line => line.EndsWith("/PollIO.Engine.dll", StringComparison.Ordinal));

    internal string Device => $"process {Id}";

    /// <summary>Finds a process.</summary>
    /// <exception cref="PollIOException">It is not there, or is somebody else's.</exception>
    internal static TargetProcess Find(int id)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}");
        if (!Directory.Exists(folder))
        {
            throw new PollIOException(Operation, $"process {id}", "there is no such process", remedy: "pgrep -a dotnet lists those of .NET");
        }

        try
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string entry in File.ReadAllText(folder + "/environ").Split('\0'))
            {
                int equals = entry.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    environment.TryAdd(entry[..equals], entry[(equals + 1)..]);
                }
            }

            return new TargetProcess(id, folder, environment);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotOurs(id, e);
        }
        catch (IOException e)
        {
            throw new PollIOException(Operation, $"process {id}", "it has just ended", innerException: e);
        }
    }

    internal static PollIOException NotOurs(int id, Exception e) => new(
        Operation, $"process {id}", "it is another user's", remedy: $"run as that user, or as root: sudo pollio capture --pid {id}", innerException: e);

    /// <summary>The socket on which the process's runtime takes orders from its own user and root.</summary>
    /// <exception cref="PollIOException">It has none.</exception>
    internal string FindDiagnosticSocket()
    {
        string id = ReadLines("status").FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t')[^1]
            ?? Id.ToString(CultureInfo.InvariantCulture);
        string stat = File.ReadAllText(_folder + "/stat");
        string started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTimeAfterName];
        string path = $"{Root}{TemporaryFolder}/dotnet-diagnostic-{id}-{started}-socket";
        return File.Exists(path) ? path : throw WithoutSocket(path);
    }

    private PollIOException WithoutSocket(string path)
    {
        string[] settings = ["DOTNET_EnableDiagnostics", "COMPlus_EnableDiagnostics", "DOTNET_EnableDiagnostics_IPC"];
        string? off = settings.FirstOrDefault(setting => _environment.TryGetValue(setting, out string? value) && value.Trim() is "0" or "0x0");
        return off is null
            ? new PollIOException(
                Operation,
                Device,
                $"it has no diagnostics socket {path}: it is not a .NET process, or has its diagnostics switched off in its runtimeconfig.json")
            : new PollIOException(
                Operation, Device, $"it was started with {off}=0, so nobody can attach to it", remedy: $"start it again without {off}");
    }

    private string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines($"{_folder}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
