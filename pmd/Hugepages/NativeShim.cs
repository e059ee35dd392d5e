using System.Runtime.InteropServices;

namespace PollIO.Pmd.Hugepages;

/// <summary>Whether libpollio_vfio.so is there and fits; everything that calls into it asks here first.</summary>
internal static class NativeShim
{
    /// <summary>The name for <see cref="LibraryImportAttribute"/>: libpollio_vfio.so beside the assembly.</summary>
    internal const string Library = "pollio_vfio";

    /// <summary>POLLIO_VFIO_VERSION_MAJOR of the pollio_vfio.h these bindings were written for.</summary>
    internal const uint MajorVersion = 1;

    /// <summary>POLLIO_VFIO_VERSION_MINOR of that header: a library of a smaller one lacks functions.</summary>
    internal const uint MinorVersion = 1;

    /// <summary>What puts the library there.</summary>
    internal const string Remedy = "apt-get install gcc libc6-dev cmake make, then build again";

    private static readonly Lazy<string?> s_problem = new(() => Probe(Library));

    /// <summary>Whether the library can be called.</summary>
    internal static bool IsAvailable => Problem is null;

    /// <summary>Why the library cannot be called, or null when it can.</summary>
    internal static string? Problem => s_problem.Value;

    /// <summary>Refuses the operation when the library cannot be called.</summary>
    /// <exception cref="PollIOException">The library is missing or does not fit; the remedy names the Debian packages.</exception>
    internal static void Require(string operation, string device) => Require(operation, device, Problem);

    /// <summary>As <see cref="Require(string, string)"/>, for what a probe found.</summary>
    internal static void Require(string operation, string device, string? problem)
    {
        if (problem is not null)
        {
            throw new PollIOException(operation, device, problem, remedy: Remedy);
        }
    }

    /// <summary>Looks for a library of this name.</summary>
    /// <returns>Why it cannot be used, or null.</returns>
    internal static unsafe string? Probe(string library)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return $"hugepages and real hardware need x86-64, and this process is {RuntimeInformation.ProcessArchitecture}";
        }

        if (!NativeLibrary.TryLoad(library, typeof(NativeShim).Assembly, null, out nint handle))
        {
            return $"lib{library}.so was not found: it was not built, or not copied beside {typeof(NativeShim).Assembly.GetName().Name}.dll";
        }

        if (!NativeLibrary.TryGetExport(handle, "pollio_vfio_version", out nint export))
        {
            return $"lib{library}.so is not PollIO's";
        }

        // SAFETY: the export takes nothing and returns 32 bits in every version of the library.
        uint version = ((delegate* unmanaged<uint>)export)();
        return version >> 16 == MajorVersion && (version & 0xffff) >= MinorVersion
            ? null
            : $"lib{library}.so has version {version >> 16}.{version & 0xffff}, and version {MajorVersion}.{MinorVersion} or a later minor is needed";
    }
}
