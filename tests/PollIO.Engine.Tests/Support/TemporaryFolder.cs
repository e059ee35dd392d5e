namespace PollIO.Tests.Support;

/// <summary>A folder for a test's files, gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollio-test-");

    internal string PathOf(string name) => Path.Combine(_folder.FullName, name);

    internal string Write(string name, byte[] contents)
    {
        string path = PathOf(name);
        File.WriteAllBytes(path, contents);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
