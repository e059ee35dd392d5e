using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Hugepages;

/// <summary>
/// The folder in a hugetlbfs that holds one process's named hugepages, and beside them an empty file for each device that may write
/// there. Whoever has the folder locked owns it: the process that made it until it ends, then whoever clears it away.
/// </summary>
/// <remarks>
/// The lock is flock(2)'s on the folder itself, which the kernel drops with the process, so a process id that is used again is not
/// taken for the owner, and containers that see the same hugetlbfs agree.
/// </remarks>
internal sealed class HugetlbfsFolder : IDisposable
{
    private const string Prefix = "pollio-uio-";
    private const string DevicePrefix = "device-";
    private const uint OwnerOnly = 0x1c0;

    private readonly SafeFileHandle _lock;
    private int _files;

    private HugetlbfsFolder(string path, SafeFileHandle @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>Whether it is still there under its name.</summary>
    internal bool Exists => Directory.Exists(Path);

    /// <summary>The devices on record: each may write to the files.</summary>
    internal IReadOnlyList<string> Devices =>
        [.. Directory.EnumerateFiles(Path, DevicePrefix + "*").Select(file => System.IO.Path.GetFileName(file)[DevicePrefix.Length..])];

    /// <summary>Makes this process's folder in a mounted hugetlbfs.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    internal static HugetlbfsFolder Create(string mount)
    {
        string name = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}";
        string path = System.IO.Path.Combine(mount, name);

        // It gets the name that others look for once it is locked.
        string unlocked = System.IO.Path.Combine(mount, "." + name);
        if (LibcFile.MakeDirectory(unlocked, OwnerOnly) != 0)
        {
            throw new IOException($"{mount}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        SafeFileHandle? taken = Lock(unlocked);
        try
        {
            Directory.Move(unlocked, path);
        }
        catch
        {
            taken?.Dispose();
            Directory.Delete(unlocked);
            throw;
        }

        return new HugetlbfsFolder(path, taken ?? throw new IOException($"{path} cannot be locked"));
    }

    /// <summary>The folders in a mounted hugetlbfs, their owners alive or not.</summary>
    internal static IReadOnlyList<string> Find(string mount)
    {
        try
        {
            return Directory.GetDirectories(mount, Prefix + "*");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Takes a folder whose owner has ended.</summary>
    /// <returns>Null while the owner lives, or when another process is clearing it away.</returns>
    internal static HugetlbfsFolder? TryTake(string path) => Lock(path) is { } taken ? new HugetlbfsFolder(path, taken) : null;

    /// <summary>Makes a file for hugepages.</summary>
    /// <param name="pageSize">Bytes in a page of the hugetlbfs.</param>
    /// <param name="device">What error messages are about.</param>
    /// <exception cref="PollIOException">It cannot be made.</exception>
    internal SafeFileHandle CreateFile(long pageSize, string device) =>
        HugepageFile.CreateNamed(System.IO.Path.Combine(Path, $"pages-{_files++}"), pageSize, device);

    /// <summary>Records that a device may write to the files, from before it may.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    internal void Record(string device) => File.Create(System.IO.Path.Combine(Path, DevicePrefix + device)).Dispose();

    /// <summary>Strikes a device from the record: it is quiet. Without a record nothing happens.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    internal void Forget(string device)
    {
        if (Exists)
        {
            File.Delete(System.IO.Path.Combine(Path, DevicePrefix + device));
        }
    }

    /// <summary>Removes the folder with its files: their pages go back to the system when nobody has them mapped any more.</summary>
    /// <exception cref="IOException">The file system refused.</exception>
    internal void Remove()
    {
        if (Exists)
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    /// <summary>Gives up the lock.</summary>
    public void Dispose() => _lock.Dispose();

    private static SafeFileHandle? Lock(string path)
    {
        // Not by a link: a hugetlbfs may be a user's, and what is cleared away in it is cleared away as root.
        int descriptor = LibcFile.Open(path, LibcFile.O_DIRECTORY | LibcFile.O_NOFOLLOW | LibcFile.O_CLOEXEC);
        if (descriptor < 0)
        {
            return null;
        }

        var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        if (LibcFile.Flock(descriptor, LibcFile.LOCK_EX | LibcFile.LOCK_NB) == 0)
        {
            return folder;
        }

        folder.Dispose();
        return null;
    }
}
