using System.Runtime.InteropServices;

namespace PollIO.Interop;

/// <summary>Turns an errno into the text and symbol a reader can search for.</summary>
internal static class ErrnoName
{
    /// <summary>Describes <paramref name="errno"/>, for example "Operation not permitted, EPERM".</summary>
    internal static string Describe(int errno)
    {
        string text = Marshal.GetPInvokeErrorMessage(errno);
        return Symbol(errno) is { } symbol ? $"{text}, {symbol}" : $"{text}, errno {errno}";
    }

    private static string? Symbol(int errno) => errno switch
    {
        1 => "EPERM",
        2 => "ENOENT",
        4 => "EINTR",
        5 => "EIO",
        6 => "ENXIO",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        14 => "EFAULT",
        16 => "EBUSY",
        17 => "EEXIST",
        19 => "ENODEV",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        28 => "ENOSPC",
        38 => "ENOSYS",
        75 => "EOVERFLOW",
        90 => "EMSGSIZE",
        92 => "ENOPROTOOPT",
        95 => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        98 => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        100 => "ENETDOWN",
        105 => "ENOBUFS",
        110 => "ETIMEDOUT",
        _ => null,
    };
}
