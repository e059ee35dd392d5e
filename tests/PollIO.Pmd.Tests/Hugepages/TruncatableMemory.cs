using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>A shared mapping of ordinary pages whose file can be cut short under it, as a hostile peer would.</summary>
internal sealed partial class TruncatableMemory : IDisposable
{
    internal const int PageSize = 4096;

    private readonly SafeFileHandle _file;

    internal TruncatableMemory(int pages)
    {
        Length = pages * PageSize;
        _file = new SafeFileHandle(CreateMemfd("truncatable", 1), ownsHandle: true);
        Assert.False(_file.IsInvalid);
        Truncate(pages);
        Address = Map(Length);
    }

    internal nint Address { get; }

    internal int Length { get; }

    internal unsafe ref byte this[int offset] => ref ((byte*)Address)[offset];

    /// <summary>A second mapping of the same pages.</summary>
    internal nint MapAgain() => Map(Length);

    internal void Truncate(int pages) => Assert.Equal(0, NativeHugepages.Resize(_file, (ulong)pages * PageSize));

    /// <summary>A descriptor of the file for somebody else, who closes it.</summary>
    internal int DuplicateDescriptor() => Duplicate((int)_file.DangerousGetHandle());

    /// <summary>A second descriptor of a file.</summary>
    [LibraryImport("libc", EntryPoint = "dup")]
    internal static partial int Duplicate(int descriptor);

    public void Dispose()
    {
        Unmap(Address);
        _file.Dispose();
    }

    internal void Unmap(nint address) => Assert.Equal(0, NativeMapping.Unmap((ulong)address, (ulong)Length));

    private nint Map(int length)
    {
        nint address = (nint)DmaAddressSpace.ReserveWindow(length);
        Assert.Equal(0, NativeMapping.MapShared(_file, 0, (ulong)address, (ulong)length));
        return address;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemfd(string name, uint flags);
}
