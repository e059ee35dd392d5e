using System.Runtime.InteropServices;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Pci;

/// <summary>
/// The kernel's files under /sys, /proc and /dev. Reading never throws: a device may go while it is looked at, and what is not
/// there reads as null.
/// </summary>
internal class SysfsTree(string root = "/")
{
    /// <summary>The machine's own.</summary>
    internal static SysfsTree Machine { get; } = new();

    /// <summary>Turns "/sys/..." into the path of the file to open.</summary>
    internal string PathOf(string path) => root.TrimEnd('/') + path;

    internal bool FileExists(string path) => File.Exists(PathOf(path));

    internal bool FolderExists(string path) => Directory.Exists(PathOf(path));

    /// <summary>Whether the kernel has a PCI driver of this name loaded.</summary>
    internal bool HasDriver(string name) => name is not ("" or "." or "..") && !name.Contains('/', StringComparison.Ordinal) && FolderExists($"/sys/bus/pci/drivers/{name}");

    /// <summary>A file's text without the white space around it, or null.</summary>
    internal string? Read(string path)
    {
        try
        {
            return File.ReadAllText(PathOf(path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The last part of what a symbolic link points to, or null.</summary>
    internal string? ReadLinkName(string path)
    {
        try
        {
            string? target = File.ResolveLinkTarget(PathOf(path), returnFinalTarget: false)?.FullName;
            return target is null ? null : System.IO.Path.GetFileName(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names of a folder's entries in order; none when it is not there.</summary>
    internal IReadOnlyList<string> List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(PathOf(path)).Select(entry => System.IO.Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether this process may open a device node for reading and writing.</summary>
    internal bool MayOpen(string path) => LibcFile.Access(PathOf(path), LibcFile.R_OK | LibcFile.W_OK) == 0;

    /// <summary>Writes to a file that is there already, in one call, as the kernel's attributes want it.</summary>
    /// <returns>0, or the positive errno.</returns>
    internal virtual unsafe int Write(string path, string text)
    {
        int descriptor = LibcFile.Open(PathOf(path), LibcFile.O_WRONLY | LibcFile.O_CLOEXEC);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        nint written;
        fixed (byte* first = bytes)
        {
            written = LibcFile.Write(descriptor, first, (nuint)bytes.Length);
        }

        int errno = written == bytes.Length ? 0 : written < 0 ? Marshal.GetLastPInvokeError() : Errno.EIO;
        _ = LibcSocket.Close(descriptor);
        return errno;
    }
}
