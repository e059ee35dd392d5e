using Microsoft.Win32.SafeHandles;

namespace PollIO.Pmd.Hugepages;

/// <summary>Makes the files that hugepages are taken from: memfds, which go with the process, and files in a hugetlbfs, which stay.</summary>
internal static class HugepageFile
{
    internal const string Operation = "allocate hugepages";

    /// <summary>A memfd that nobody can shrink.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="device">What error messages are about.</param>
    /// <exception cref="PollIOException">The kernel has no pages of this size, or refused.</exception>
    internal static SafeFileHandle CreateMemfd(long pageSize, string device)
    {
        int fd = NativeHugepages.CreateMemfd("pollio-hugepages", (ulong)pageSize);
        if (fd < 0)
        {
            throw CreationFailure(pageSize, device, -fd);
        }

        var file = new SafeFileHandle(fd, ownsHandle: true);
        int result = NativeHugepages.SealShrink(file);
        if (result < 0)
        {
            file.Dispose();
            throw new PollIOException("seal hugepages against shrinking", device, "the kernel refused", -result);
        }

        return file;
    }

    /// <summary>A new file in a hugetlbfs. It cannot be sealed: whoever is given the descriptor can shrink it.</summary>
    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="pageSize">Bytes in a page of that hugetlbfs.</param>
    /// <param name="device">What error messages are about.</param>
    /// <exception cref="PollIOException">The file cannot be made, or it has other pages.</exception>
    internal static SafeFileHandle CreateNamed(string path, long pageSize, string device)
    {
        int fd = NativeHugepages.CreateFile(path);
        if (fd < 0)
        {
            throw new PollIOException(Operation, device, $"{path} cannot be made", -fd);
        }

        var file = new SafeFileHandle(fd, ownsHandle: true);
        if (NativeHugepages.PageSize(file) != pageSize)
        {
            file.Dispose();
            throw new PollIOException(Operation, device, $"{path} is not in a hugetlbfs of {HugepageInfo.FormatSize(pageSize)} pages", Errno.EINVAL);
        }

        return file;
    }

    private static PollIOException CreationFailure(long pageSize, string device, int errno)
    {
        if (errno is not (Errno.ENODEV or Errno.EINVAL))
        {
            return new PollIOException(Operation, device, "the kernel refused to create a hugepage memfd", errno);
        }

        string[] sizes = [.. HugepageInfo.Read().Pools.Select(pool => HugepageInfo.FormatSize(pool.PageSize))];
        string supported = sizes.Length > 0 ? $"it supports {string.Join(", ", sizes)}" : "it has no hugepages at all";
        return new PollIOException(Operation, device, $"the kernel has no pages of {HugepageInfo.FormatSize(pageSize)}: {supported}", errno);
    }
}
